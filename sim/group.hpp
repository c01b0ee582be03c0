// A Group is the ranks of one expert-parallel group and where they sit: rank -> device, and the part of each
// node that belongs to the group. Patterns are written in ranks; schedules are in devices.
#pragma once

#include <vector>

#include "platforms/indexing.hpp"
#include "platforms/topology.hpp"

namespace epsim {

using Rank = int;

struct Group {
  std::vector<DeviceId> device_of_rank;
  std::vector<int> node_of_rank;                 ///< dense over the nodes the group touches, in rank order
  std::vector<int> local_index;                  ///< place of the rank among its node's ranks
  std::vector<std::vector<Rank>> ranks_of_node;  ///< in the order of their devices

  [[nodiscard]] int size() const { return static_cast<int>(device_of_rank.size()); }
  [[nodiscard]] int node_count() const { return static_cast<int>(ranks_of_node.size()); }
  [[nodiscard]] DeviceId device(Rank rank) const { return device_of_rank[at(rank)]; }
  [[nodiscard]] int node(Rank rank) const { return node_of_rank[at(rank)]; }
  [[nodiscard]] int local(Rank rank) const { return local_index[at(rank)]; }
  [[nodiscard]] const std::vector<Rank>& ranks_of(int node_index) const {
    return ranks_of_node[at(node_index)];
  }
  /// All ranks, node by node.
  [[nodiscard]] std::vector<Rank> ranks_by_node() const;
  [[nodiscard]] bool same_node(Rank a, Rank b) const { return node(a) == node(b); }
};

/// Ranks on different devices; a node's ranks stand in the order of its devices, so that those of one place
/// are of one rail.
[[nodiscard]] Group make_group(const Topology& topology, std::vector<DeviceId> device_of_rank);
/// Rank r on device r, for the first `size` devices. Precondition: size <= device count.
[[nodiscard]] Group make_group(const Topology& topology, int size);

}  // namespace epsim
