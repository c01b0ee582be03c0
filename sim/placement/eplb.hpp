// EPLB, DeepSeek's expert-parallel load balancer: which experts get copies, and where all copies sit, so that
// devices carry equal loads. Source: github.com/deepseek-ai/EPLB, whose published examples are tests here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace epsim {

struct EplbShape {
  int slots = 0;    ///< of all devices; at least the number of experts
  int groups = 1;   ///< of experts; the hierarchical plan keeps a group on one node
  int nodes = 1;    ///< divides devices
  int devices = 1;  ///< divides slots
};

/// The expert of each slot, device by device. `loads` per expert, any scale. Where the nodes divide the
/// groups: (1) groups are packed to nodes, by load descending, each to the least loaded node that has room;
/// (2) inside a node the expert with the largest load / copies gets another copy, until the node's slots are
/// filled; (3) the copies are packed to the node's devices as groups are to nodes. Otherwise the same as one
/// node and one group. Ties go to the lower index, inside a node to the earlier place in the packed group
/// order. As many items as packs: item i goes to pack i.
[[nodiscard]] std::vector<std::int32_t> eplb_plan(std::span<const double> loads, EplbShape shape);

}  // namespace epsim
