#include "tests/support/fixtures.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "platforms/platform.hpp"
#include "sim/replica_choice.hpp"
#include "tests/support/platforms.hpp"

namespace epsim {
namespace {

Cluster cluster_of(Topology topology) {
  Group group = make_group(topology, topology.device_count());
  return {std::move(topology), std::move(group)};
}

Cluster cluster_of(const TopologySpec& topology) {
  return cluster_of(build_topology({.topology = topology}));
}

/// In [0, 1). std::uniform_real_distribution differs between libraries.
double uniform(std::mt19937_64& engine) {
  return static_cast<double>(engine() >> 11) * 0x1p-53;
}

/// Distinct experts, the first ones most of the time; one selection in eight is dropped.
void add_selections(std::vector<std::int32_t>& experts, int num_experts, int top_k, std::mt19937_64& engine) {
  std::vector<std::int32_t> chosen;
  while (static_cast<int>(chosen.size()) < top_k) {
    const double u = uniform(engine);
    const auto expert = static_cast<std::int32_t>(u * u * u * num_experts);
    if (std::find(chosen.begin(), chosen.end(), expert) == chosen.end()) chosen.push_back(expert);
  }
  for (const std::int32_t expert : chosen) experts.push_back(engine() % 8 == 0 ? dropped_selection : expert);
}

ExpertPlacement in_order(int ranks, int slots_per_rank) {
  ExpertPlacement placement;
  placement.slots_per_device = slots_per_rank;
  for (int slot = 0; slot < ranks * slots_per_rank; ++slot) placement.expert_of_slot.push_back(slot);
  return placement;
}

}  // namespace

Cluster two_devices() {
  return cluster_of(star_of(2, 50e9, 2e-6));
}

Cluster four_device_star() {
  return cluster_of(star_of(4, 50e9, 2e-6));
}

Cluster two_nodes_of_two() {
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 2;
  return cluster_of(spec);
}

Cluster unlinked_nodes(const std::vector<int>& devices_per_node) {
  std::vector<NodeId> node_of_device;
  for (std::size_t node = 0; node < devices_per_node.size(); ++node)
    node_of_device.insert(node_of_device.end(), static_cast<std::size_t>(devices_per_node[node]),
                          static_cast<NodeId>(node));
  return cluster_of(Topology(std::move(node_of_device)));
}

Traffic uniform_traffic(const Group& group, Bytes bytes_per_pair) {
  Matrix<Bytes> bytes(group.size(), group.size(), bytes_per_pair);
  for (Rank rank = 0; rank < group.size(); ++rank) bytes(rank, rank) = 0;
  return build_traffic(bytes, group);
}

Traffic traffic_of(const TokenRouting& routing, const ExpertPlacement& placement, const Group& group,
                   const Payload& payload) {
  return build_traffic(routing, choose_slots(routing, placement, group, ReplicaChoice::nearest, 0), placement,
                       group, payload);
}

Traffic skewed_traffic(const Group& group, std::uint64_t seed, SkewedTraffic shape) {
  std::mt19937_64 engine(seed);
  TokenRouting routing;
  routing.num_experts = group.size() * shape.slots_per_rank;
  routing.top_k = std::min(shape.top_k, routing.num_experts);
  routing.first_token = {0};
  for (Rank rank = 0; rank < group.size(); ++rank) {
    const auto tokens =
        static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(shape.most_tokens + 1));
    routing.first_token.push_back(routing.first_token.back() + tokens);
    for (std::int64_t token = 0; token < tokens; ++token)
      add_selections(routing.expert, routing.num_experts, routing.top_k, engine);
  }
  Payload payload;
  payload.dispatch_bytes_per_copy = 100;
  payload.combine_bytes_per_copy = 200;
  return traffic_of(routing, in_order(group.size(), shape.slots_per_rank), group, payload);
}

LayerSchedule layer_of(const Group& group, const Traffic& traffic, PatternKind kind,
                       const PatternOptions& options) {
  Scenario scenario;
  scenario.patterns = options;
  // The weights of an expert, 3 x 1 x 1 of 2 bytes, and those of the gate, 1 x 3, take 1 us to read.
  scenario.model.hidden = scenario.model.expert_intermediate = 1;
  scenario.expert_parallel.num_experts = 3;
  scenario.platform.device = {"slow memory", 1e30, 0, 6e6, 1, 1, 1};
  return build_layer(scenario, kind, group, traffic);
}

}  // namespace epsim
