#include "sim/engine/active_flows.hpp"

#include <algorithm>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

/// The last one takes the place of the removed one and is returned.
template <class T>
T replace_by_last(std::vector<T>& list, std::uint32_t position) {
  const T moved = list.back();
  list[position] = moved;
  list.pop_back();
  return moved;
}

}  // namespace

ActiveFlows::ActiveFlows(const Routes& routes, std::vector<bool> binding)
    : routes_(routes), binding_(std::move(binding)), links_(binding_.size()) {
  if (routes.pairs().size() >= FlowEntry::names_pair || binding_.size() >= FlowEntry::names_pair)
    throw simulation_error("fluid engine", "more than 2^31 links or pairs of devices",
                           "use --engine simgrid");
  for (std::size_t pair = 0; pair < routes.pairs().size(); ++pair) {
    std::size_t links = 0;
    for_each_link(static_cast<std::uint32_t>(pair), [&](LinkId) { ++links; });
    longest_ = std::max(longest_, links);
  }
}

FlowId ActiveFlows::add(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) {
  auto flow = static_cast<FlowId>(identities_.size());
  if (free_.empty()) {
    identities_.emplace_back();
    positions_.resize(positions_.size() + longest_);
  } else {
    flow = free_.back();
    free_.pop_back();
  }
  LinkId ends[2] = {};
  std::size_t links = 0;
  for_each_link(pair, [&](LinkId link) { ends[links++ == 0 ? 0 : 1] = link; });
  identities_[flow] = {now, op, pair, ends[0]};
  std::size_t k = 0;
  for_each_link(pair, [&](LinkId link) {
    LinkFlows& list = on(link);
    const FlowEntry entry = {
        flow, links == 2 ? static_cast<std::uint32_t>(ends[1 - k]) : pair | FlowEntry::names_pair};
    positions_[flow * longest_ + k] =
        static_cast<std::uint32_t>(k == 0 ? list.starting.size() : list.passing.size());
    (k++ == 0 ? list.starting : list.passing).push_back(entry);
  });
  on(ends[0]).states.push_back({static_cast<double>(bytes), 0});
  return flow;
}

/// Which binding link of the route of a flow passing there it is.
std::size_t ActiveFlows::place_in_route(LinkId link, const FlowEntry& entry) const {
  if ((entry.rest & FlowEntry::names_pair) == 0) return 1;
  std::size_t place = 0;
  std::size_t k = 0;
  for_each_link(entry.rest & ~FlowEntry::names_pair, [&](LinkId other) {
    if (other == link) place = k;
    ++k;
  });
  return place;
}

void ActiveFlows::remove(FlowId flow) {
  std::size_t k = 0;
  for_each_link(identities_[flow].pair, [&](LinkId link) {
    const std::uint32_t position = positions_[flow * longest_ + k];
    if (k++ == 0) {
      replace_by_last(on(link).states, position);
      const FlowEntry moved = replace_by_last(on(link).starting, position);
      positions_[moved.flow * longest_] = position;
    } else {
      const FlowEntry moved = replace_by_last(on(link).passing, position);
      positions_[moved.flow * longest_ + place_in_route(link, moved)] = position;
    }
  });
  free_.push_back(flow);
}

}  // namespace epsim
