#include "sim/group.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {

std::vector<Rank> Group::ranks_by_node() const {
  std::vector<Rank> ranks;
  for (const std::vector<Rank>& of_node : ranks_of_node)
    ranks.insert(ranks.end(), of_node.begin(), of_node.end());
  return ranks;
}

Group make_group(const Topology& topology, std::vector<DeviceId> device_of_rank) {
  Group group;
  group.device_of_rank = std::move(device_of_rank);
  std::map<NodeId, int> index_of_node;
  for (Rank rank = 0; rank < group.size(); ++rank) {
    const NodeId physical = topology.node_of(group.device(rank));
    const auto [entry, is_new] = index_of_node.try_emplace(physical, group.node_count());
    if (is_new) group.ranks_of_node.emplace_back();
    group.ranks_of_node[at(entry->second)].push_back(rank);
    group.node_of_rank.push_back(entry->second);
  }
  group.local_index.resize(group.device_of_rank.size());
  for (std::vector<Rank>& ranks : group.ranks_of_node) {
    std::ranges::sort(ranks, {}, [&](Rank rank) { return group.device(rank); });
    for (std::size_t place = 0; place < ranks.size(); ++place)
      group.local_index[at(ranks[place])] = static_cast<int>(place);
  }
  return group;
}

Group make_group(const Topology& topology, int size) {
  std::vector<DeviceId> devices(at(size));
  std::iota(devices.begin(), devices.end(), 0);
  return make_group(topology, std::move(devices));
}

}  // namespace epsim
