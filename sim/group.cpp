#include "sim/group.hpp"
#include "platforms/indexing.hpp"

#include <map>

namespace epsim {

Group make_group(const Topology& topology, int size) {
  Group group;
  std::map<NodeId, int> index_of_node;
  for (Rank rank = 0; rank < size; ++rank) {
    const DeviceId device = rank;
    const auto [entry, is_new] = index_of_node.try_emplace(topology.node_of(device), group.node_count());
    if (is_new) group.ranks_of_node.emplace_back();
    std::vector<Rank>& node_ranks = group.ranks_of_node[at(entry->second)];
    group.device_of_rank.push_back(device);
    group.node_of_rank.push_back(entry->second);
    group.local_index.push_back(static_cast<int>(node_ranks.size()));
    node_ranks.push_back(rank);
  }
  return group;
}

}  // namespace epsim
