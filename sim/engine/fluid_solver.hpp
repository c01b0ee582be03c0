// Sharing the network among the flows of the fluid engine. Flows share links max-min fairly, as in SimGrid,
// but are not shared out anew at every single departure. That is what makes skewed all-to-alls slow: all
// their flows hang together, and each end touches them all.
//
// A *component* is a set of links that flows connect. A solve fixes its flows' rates for a period of time.
// Within the period flows end at their exact times; what they leave free lies idle until the next solve.
//   * The period is as long as no flow loses more than about a resolution by that: on every link the bytes
//     that lie idle stay below resolution * (the rate of the flows which that link limits). The resolution is
//     the allowance times how long the component takes to drain, as of when it was at its fullest.
//   * The loss is made good beforehand: what will lie idle within the period is added to the link's supply,
//     so that on average it carries what it can. Who departs when is told by the rates before the solve.
//   * Each link keeps an account of bandwidth * time against bytes carried, for the time in which it has
//   flows.
//     What is left over is made up for in the next periods, at most `most_off` resolutions of it, by a link
//     that was full. No link is ever ahead of its account at a solve or when it becomes idle: where the
//     supply turns out to be too large, its flows are slowed down before the period begins.
// An arrival waits for its rate at most a small part of its own duration and is credited afterwards; while
// flows arrive all the time, they take what departures leave, and nothing is made good beforehand.
// Components of few flows, and all if the resolution is 0, are solved exactly: until the next departure.
#pragma once

#include <span>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/engine/active_flows.hpp"
#include "sim/engine/fair_shares.hpp"

namespace epsim {

struct Departure {
  Seconds time = 0;
  BytesPerSecond rate = 0;
  LinkId first = 0;  ///< the flow's first link
  FlowEntry entry;   ///< in that link's list
  bool operator>(const Departure& other) const {
    return time != other.time ? time > other.time : entry.flow > other.entry.flow;
  }
};

struct FluidAccuracy {
  double allowance = 0;         ///< 0: exact
  std::size_t exact_flows = 0;  ///< components of at most so many flows are solved exactly
  std::size_t flows = 0;  ///< how many will arrive in all: nothing is brought forward before the last has
};

class FluidSolver {
 public:
  /// `bandwidth` by link id; `binding` as binding_links() finds it. Keeps a reference to the routes.
  FluidSolver(const Routes& routes, std::vector<bool> binding, const std::vector<BytesPerSecond>& bandwidth,
              FluidAccuracy accuracy);

  [[nodiscard]] const ActiveFlows& flows() const { return flows_; }
  /// Adds a flow. It gets no bandwidth before the next solve.
  FlowId arrive(OpId op, std::uint32_t pair, Bytes bytes, Seconds now);
  /// How long the arrival of such a flow may wait for a solve: a small part of its own duration, which it is
  /// credited with afterwards.
  [[nodiscard]] Seconds patience_of_arrival(std::uint32_t pair, Bytes bytes) const;
  /// Ends a flow at the time foreseen for it.
  void depart(FlowId flow, Seconds now);

  /// Solves the component of `seed`, or exactly `links`, which must have all that their flows touch. The
  /// results below are valid until the next solve.
  void solve_component_of(LinkId seed, Seconds now);
  void solve_links(std::vector<LinkId> links, Seconds now);
  /// The links that were solved.
  [[nodiscard]] const std::vector<LinkId>& component() const { return component_; }
  /// Departures until the period's end, in no order.
  [[nodiscard]] const std::vector<Departure>& departures() const { return departures_; }
  /// When the component must be solved again; infinity: no flow is left then.
  [[nodiscard]] Seconds period_end() const { return period_end_; }
  [[nodiscard]] bool was_exact() const { return is_exact_; }

 private:
  struct LinkState {
    Seconds solved_at = 0;              // or when the first flow came
    Seconds scale = 0;                  // how long its component took to drain at its fullest
    std::uint64_t seen = 0;             // by that search for a component
    std::uint32_t connected_flows = 0;  // in its last solve
    double carried = 0;                 // bytes since solved_at
    double behind = 0;                  // bytes that it could have carried and did not
    double idle = 0;                    // bytes that will lie idle within the period
    double left = 0;                    // bytes of all its flows
    // Of the period that is planned:
    double ending = 0;                // bytes of the flows that end in it
    BytesPerSecond staying_rate = 0;  // of the others, summed
    BytesPerSecond rate = 0;          // of all
  };

  void solve(Seconds now);
  void serve(Seconds now, Seconds length);
  void find_resolution();
  void credit_arrivals(Seconds now);
  void settle_accounts();
  void supply_links(Seconds length);
  void share_out();
  void keep_to_accounts(Seconds length);
  void foresee(Seconds length);
  void list_slowed_departures(Seconds now, Seconds length);
  [[nodiscard]] Seconds first_departure() const;
  void list_departures(Seconds now, Seconds length);
  [[nodiscard]] Seconds plan_period(Seconds length);
  double foresee_idle(Seconds length);

  LinkState& state(LinkId link) { return states_[at(link)]; }
  [[nodiscard]] const LinkState& state(LinkId link) const { return states_[at(link)]; }
  LinkShare& share(LinkId link) { return shares_[at(link)]; }
  [[nodiscard]] const LinkShare& share(LinkId link) const { return shares_[at(link)]; }

  double allowance_;
  std::size_t exact_flows_;
  std::size_t expected_;    // flows that have not arrived
  Seconds resolution_ = 0;  // of the component being solved
  ActiveFlows flows_;
  FairShares fair_shares_;
  std::vector<LinkState> states_;
  std::vector<LinkShare> shares_;
  std::uint64_t searches_ = 0;

  // Of the last solve
  std::vector<LinkId> component_;
  std::vector<FlowId> arrivals_;  // flows that had no rate yet
  std::vector<Departure> departures_;
  std::size_t connected_flows_ = 0;
  bool is_exact_ = true;
  Seconds period_end_ = 0;
};

}  // namespace epsim
