// Tiny clusters, traffic and layers with names, for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/layer.hpp"
#include "sim/routed_step.hpp"
#include "sim/traffic.hpp"

namespace epsim {

/// Stars of 50 GB/s ports with 2 us per link.
[[nodiscard]] Cluster two_devices();
[[nodiscard]] Cluster four_device_star();
/// Rail-optimized: d0 and d1 are a node, d2 and d3 the other; the rails are d0-d2 and d1-d3.
[[nodiscard]] Cluster two_nodes_of_two();
/// Nodes of those sizes without any link: enough to generate and check schedules.
[[nodiscard]] Cluster unlinked_nodes(const std::vector<int>& devices_per_node);

/// A traffic matrix with that many bytes for every pair of different ranks.
[[nodiscard]] Traffic uniform_traffic(const Group& group, Bytes bytes_per_pair);

/// The traffic of a routing with the nearest replicas.
[[nodiscard]] Traffic traffic_of(const TokenRouting& routing, const ExpertPlacement& placement,
                                 const Group& group, const Payload& payload);

/// Tokens routed at random, dispatched with 100 bytes per copy and combined with 200. Popularity falls
/// steeply with the expert's number, ranks have 0 to `most_tokens` tokens, some selections are dropped.
struct SkewedTraffic {
  int most_tokens = 32;
  int slots_per_rank = 2;
  int top_k = 2;
};
[[nodiscard]] Traffic skewed_traffic(const Group& group, std::uint64_t seed, SkewedTraffic shape = {});

/// A layer of gates of 1 us, dispatch, experts of 1 us per slot, combine. Direct traffic:
/// dispatch alone, ready from the beginning.
[[nodiscard]] LayerSchedule layer_of(const Group& group, const Traffic& traffic, PatternKind kind,
                                     const PatternOptions& options = {});

}  // namespace epsim
