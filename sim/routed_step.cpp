#include "sim/routed_step.hpp"

#include <utility>

#include "sim/placement/placement.hpp"
#include "sim/random.hpp"
#include "sim/replica_choice.hpp"

namespace epsim {
namespace {

bool is_rebalanced(const ExpertParallel& experts, const RouterState& state) {
  return experts.load_balancing == LoadBalancing::dynamic && state.step > 0 &&
         state.step % experts.rebalance_interval == 0 && !state.average_load.empty();
}

bool any_bytes(const Matrix<Bytes>& bytes) {
  for (int source = 0; source < bytes.rows(); ++source)
    for (const Bytes one : bytes.row(source))
      if (one > 0) return true;
  return false;
}

RoutedStep place_tokens(const Scenario& scenario, const Cluster& cluster, RoutedTokens routed,
                        ExpertPlacement placement) {
  const auto stream = mix_seed({scenario.workload.seed, static_cast<std::uint64_t>(routed.next.step)});
  std::vector<std::int32_t> slots =
      choose_slots(routed.routing, placement, cluster.group, scenario.expert_parallel.replica_choice, stream);
  Traffic traffic = build_traffic(routed.routing, slots, placement, cluster.group, scenario.payload);
  return {.routed = std::move(routed),
          .placement = std::move(placement),
          .slot_of_selection = std::move(slots),
          .traffic = std::move(traffic)};
}

}  // namespace

Cluster build_cluster(const Scenario& scenario) {
  Topology topology = build_topology(scenario.platform);
  const PlatformSpec& platform = scenario.platform;
  Group group =
      make_group(topology, devices_of_ranks(platform.ranks, nodes_of_devices(platform), scenario.ranks()));
  return {std::move(topology), std::move(group)};
}

RoutedStep route_step(const Scenario& scenario, const Cluster& cluster, const RouterState& state) {
  if (scenario.direct_traffic) return {.traffic = build_traffic(*scenario.direct_traffic, cluster.group)};
  const ExpertParallel& experts = scenario.expert_parallel;
  ExpertPlacement placement = state.placement ? *state.placement : first_placement(experts, cluster.group);
  RouterState placed = state;
  std::optional<Matrix<Bytes>> moved;
  if (is_rebalanced(experts, state)) {
    ExpertPlacement planned = plan_placement(experts, cluster.group, state.average_load);
    Matrix<Bytes> bytes =
        migration(placement, planned, cluster.group, expert_bytes(scenario.model, scenario.payload.weights));
    if (any_bytes(bytes)) moved = std::move(bytes);
    placement = std::move(planned);
  }
  placed.placement = placement;
  RoutedTokens routed = route(scenario, placed);
  RoutedStep step = place_tokens(scenario, cluster, std::move(routed), std::move(placement));
  step.moved = std::move(moved);
  return step;
}

RoutedStep placed_elsewhere(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step,
                            const ExpertPlacement& placement) {
  return place_tokens(scenario, cluster, *step.routed, placement);
}

}  // namespace epsim
