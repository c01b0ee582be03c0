// Max-min fair sharing that is kept up to date only where it changes.
//
// Every link has a *level*, the most that it lets a flow have, at most its bandwidth. A flow's rate is the
// least level of its links; that link *owns* the flow (of equal levels the lower link). Rates are max-min
// fair exactly when each link's level is the water level of its bandwidth over what the other links let its
// flows have: the link is full and gives its owned flows the same, or it limits nothing and its level is its
// bandwidth (Bertsekas and Gallager, Data Networks, 6.5.2: every flow has a bottleneck).
//
// An arrival or departure changes what is *unused* of its links. A link whose unused bandwidth is out of its
// bounds is *marked*. Settling goes through the marked links from the lowest level upwards and gives each the
// level that is right for the others'; that changes what is unused of the other links of its flows, which may
// get marked in turn. They have higher levels, so hardly any is looked at twice.
//
// A new level costs nothing for the flows that stay: a link keeps how much it has *served* to each of them
// since it was last idle, and a flow ends when that reaches the flow's *finish*.
//
// Invariant after settle(): every link is within its bounds. No link gives out more than its bandwidth, to
// rounding, at any time: flows get nothing before the settling after their arrival, and what departures leave
// lies idle until then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "platforms/routes.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

class LinkLevels {
 public:
  using LinkIndex = std::uint32_t;

  /// `bandwidth` and `binding` (binding_links.hpp) by link id. A level that should be higher by at most the
  /// part `slack` of it may stay, so that fewer links change; 0 is exact. Throws Error (simulation) when
  /// there are more links or pairs than an entry can name (2^31).
  LinkLevels(const Routes& routes, const std::vector<bool>& binding,
             const std::vector<BytesPerSecond>& bandwidth, double slack);

  [[nodiscard]] std::size_t links() const { return levels_.size(); }

  /// A flow that gets its share at the next settle().
  void arrive(OpId op, std::uint32_t pair, Bytes bytes) {
    fresh_.push_back({op, pair, static_cast<double>(bytes)});
  }
  /// Ends the next flow of those that the link owns; its operation. Others get what it leaves at the next
  /// settle().
  OpId depart(LinkIndex owner, Seconds now);
  /// Whether nothing has come or gone that sharing does not know of.
  [[nodiscard]] bool is_settled() const { return fresh_.empty() && marked_.empty(); }
  /// Precondition: `now` is not before any earlier call's.
  void settle(Seconds now);

  /// Calls visit(link, time of its next departure, infinity: none) for every link where that has changed
  /// since the last call.
  template <class Visit>
  void visit_retimed(Visit visit) {
    for (const LinkIndex link : retimed_) {
      states_[link].is_retimed = false;
      if (states_[link].must_search) find_next(link);
      visit(link, next_departure(link));
    }
    retimed_.clear();
  }

  /// Compares everything that is kept up to date with a computation from nothing. Throws Error (simulation).
  /// Precondition: is_settled(), all retimed links visited.
  void verify() const;

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr std::uint32_t names_pair = 1U << 31;
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  struct State {
    double unused = 0;  // bandwidth less the rates of all flows
    double low = 0;     // bounds of `unused` within which the level is right
    double high = 0;
    std::uint32_t owned = 0;  // flows
    bool is_marked = false;
    bool is_retimed = false;
    bool must_search = false;  // for the next of its owned flows to end
  };
  struct Curve {
    double served = 0;  // bytes to each owned flow, as of `since`
    Seconds since = 0;
    double finish = infinity;      // the least of the owned flows
    std::uint32_t next = nowhere;  // whose it is
  };
  /// A flow in the list of one of its links: its other link, or names_pair + the route's pair where it has
  /// not exactly two.
  struct Entry {
    std::uint32_t flow;
    std::uint32_t other;
  };
  struct Flow {
    double finish;  // on its owner's curve
    OpId op;
    std::uint32_t pair;
    std::uint32_t link[2];   // of flows with two links, and their
    std::uint32_t place[2];  // places in those links' lists
  };
  struct Fresh {
    OpId op;
    std::uint32_t pair;
    double bytes;
  };
  /// The lowest of a flow's links but one.
  struct Elsewhere {
    double level;
    LinkIndex link;
  };
  /// Of a link's flows at some level.
  struct Share {
    double taken = 0;           // rates of those that get less elsewhere
    std::uint32_t sharing = 0;  // number of the others
  };
  struct Waiting {
    double level;
    LinkIndex link;
    bool operator>(const Waiting& b) const {  // without branches, which would be guessed wrong
      return static_cast<bool>(
          static_cast<unsigned>(level > b.level) |
          (static_cast<unsigned>(level == b.level) & static_cast<unsigned>(link > b.link)));
    }
  };

  static bool is_lower(double a, LinkIndex link_a, double b, LinkIndex link_b) {
    return a < b || (a == b && link_a < link_b);
  }
  template <class Visit>
  void for_each_link(std::uint32_t pair, Visit visit) const {
    for (std::size_t i = route_begin_[pair]; i < route_begin_[pair + 1]; ++i) visit(route_links_[i]);
  }
  template <class Visit>
  void for_each_other(LinkIndex self, std::uint32_t other, Visit visit) const {
    if ((other & names_pair) == 0) return visit(other);
    for_each_link(other & ~names_pair, [&](LinkIndex link) {
      if (link != self) visit(link);
    });
  }
  [[nodiscard]] Elsewhere elsewhere(LinkIndex self, std::uint32_t other) const {
    if ((other & names_pair) == 0) return {levels_[other], other};
    Elsewhere best = {infinity, nowhere};
    for_each_other(self, other, [&](LinkIndex link) {
      if (is_lower(levels_[link], link, best.level, best.link)) best = {levels_[link], link};
    });
    return best;
  }
  [[nodiscard]] double served_now(LinkIndex link) const {
    return curves_[link].served + levels_[link] * (now_ - curves_[link].since);
  }

  // Flows (link_levels.cpp)
  void insert(const Fresh& fresh);
  void unlist(LinkIndex link, std::uint32_t flow);
  void own(LinkIndex link, std::uint32_t flow, double remaining);
  void disown(LinkIndex link, std::uint32_t flow);
  void find_next(LinkIndex link);
  [[nodiscard]] Seconds next_departure(LinkIndex link) const;
  void become_idle(LinkIndex link);
  void mark_retimed(LinkIndex link);

  // Bounds (link_levels.cpp)
  void take(LinkIndex link, double rate);
  void set_bounds(LinkIndex link);
  void check_bounds(LinkIndex link);
  void open_if_it_limits_nothing(LinkIndex link);
  void mark(LinkIndex link);
  [[nodiscard]] double estimate(LinkIndex link) const;

  // Settling (settle_levels.cpp)
  void collect_marked();
  Share look_elsewhere(LinkIndex link, double level);
  [[nodiscard]] Share share_at(double level, std::size_t flows) const;
  [[nodiscard]] double water_level(LinkIndex link);
  void set_level(LinkIndex link, double level);
  void change_owner(std::uint32_t flow, LinkIndex link, LinkIndex other, bool is_leaving);

  double slack_;
  std::vector<std::size_t> route_begin_;  // by pair: its binding links
  std::vector<LinkIndex> route_links_;
  std::vector<double> bandwidth_;  // by link, and so on
  std::vector<double> levels_;
  std::vector<State> states_;
  std::vector<Curve> curves_;
  std::vector<std::vector<Entry>> lists_;
  std::vector<Flow> flows_;
  std::vector<std::uint32_t> free_flows_;
  std::vector<Fresh> fresh_;
  std::vector<LinkIndex> marked_;  // between settlings
  std::vector<Waiting> waiting_;   // marked while settling: heap, the lowest level on top
  std::vector<LinkIndex> retimed_;
  std::vector<double> other_levels_;  // elsewhere() of the link being settled, by entry
  std::vector<LinkIndex> other_links_;
  bool is_settling_ = false;
  Seconds now_ = 0;
};

}  // namespace epsim
