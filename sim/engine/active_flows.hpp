// The flows in the network, by link: for every transfer under way, what is left of it and which links it
// loads. Links that can never limit anything (binding_links.hpp) are left out.
//
// Sharing bandwidth walks all flows of all links again and again, so a link's lists hold all that a walk
// needs, side by side: what is left of a flow lies in the list of its first link, and every entry says by
// itself where else its flow goes. Most routes have two binding links, the sender's and the receiver's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platforms/indexing.hpp"
#include "platforms/routes.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

using FlowId = std::uint32_t;

/// A flow in the list of one of its links.
struct FlowEntry {
  FlowId flow = 0;
  std::uint32_t rest = 0;  ///< its other link; where there is not exactly one, names_pair + the route's pair

  static constexpr std::uint32_t names_pair = 1U << 31;
};

struct FlowState {
  double remaining = 0;     ///< bytes, as of when its links were last solved
  BytesPerSecond rate = 0;  ///< 0: has not been given bandwidth yet
};

class ActiveFlows {
 public:
  struct Identity {
    Seconds arrived = 0;  ///< when its bytes reached the network
    OpId op = 0;
    std::uint32_t pair = 0;  ///< of the routes
    LinkId first = 0;
  };
  struct LinkFlows {
    std::vector<FlowEntry> starting;  ///< flows whose first link it is
    std::vector<FlowState> states;    ///< theirs
    std::vector<FlowEntry> passing;   ///< the other flows
    [[nodiscard]] std::size_t size() const { return starting.size() + passing.size(); }
  };

  /// Keeps a reference to the routes. Throws Error (simulation) when there are more links or pairs than an
  /// entry can name (2^31).
  ActiveFlows(const Routes& routes, std::vector<bool> binding);

  /// Returns the flow; a number is used again after remove().
  FlowId add(OpId op, std::uint32_t pair, Bytes bytes, Seconds now);
  void remove(FlowId flow);

  [[nodiscard]] const Identity& identity(FlowId flow) const { return identities_[flow]; }
  [[nodiscard]] FlowState& state(FlowId flow) {
    return links_[at(identities_[flow].first)].states[positions_[flow * longest_]];
  }
  [[nodiscard]] LinkFlows& on(LinkId link) { return links_[at(link)]; }
  [[nodiscard]] const LinkFlows& on(LinkId link) const { return links_[at(link)]; }

  /// Calls visit(LinkId) for every binding link of the pair's route.
  template <class Visit>
  void for_each_link(std::uint32_t pair, Visit visit) const {
    for (const LinkId link : routes_.links_of(pair))
      if (binding_[at(link)]) visit(link);
  }
  /// Calls visit(LinkId) for every link of an entry of `self`'s lists but `self`.
  template <class Visit>
  void for_each_other_link(LinkId self, const FlowEntry& entry, Visit visit) const {
    if ((entry.rest & FlowEntry::names_pair) == 0) {
      visit(static_cast<LinkId>(entry.rest));
      return;
    }
    for_each_link(entry.rest & ~FlowEntry::names_pair, [&](LinkId link) {
      if (link != self) visit(link);
    });
  }
  /// Calls visit(entry) for every flow on the link.
  template <class Visit>
  void for_each_flow(LinkId link, Visit visit) const {
    for (const FlowEntry& entry : on(link).starting) visit(entry);
    for (const FlowEntry& entry : on(link).passing) visit(entry);
  }

 private:
  [[nodiscard]] std::size_t place_in_route(LinkId link, const FlowEntry& entry) const;

  const Routes& routes_;
  std::vector<bool> binding_;
  std::size_t longest_ = 0;  // binding links of the longest route
  std::vector<Identity> identities_;
  std::vector<std::uint32_t> positions_;  // by flow and binding link of its route: place in the link's list
  std::vector<FlowId> free_;
  std::vector<LinkFlows> links_;
};

}  // namespace epsim
