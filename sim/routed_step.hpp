// A step before any pattern: the network with the ranks on it, and what the router makes them exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platforms/topology.hpp"
#include "sim/placement/expert_placement.hpp"
#include "sim/route.hpp"
#include "sim/traffic.hpp"

namespace epsim {

/// The fixed stage of an experiment: the network and the ranks on it.
struct Cluster {
  Topology topology;
  Group group;
};
[[nodiscard]] Cluster build_cluster(const Scenario& scenario);

/// One step's routed traffic, the same for every pattern. Direct traffic has neither routing nor placement.
struct RoutedStep {
  std::optional<RoutedTokens> routed;
  ExpertPlacement placement;
  std::vector<std::int32_t> slot_of_selection;  ///< -1: dropped
  Traffic traffic;
  /// The weights that moved before the step, [source rank][destination rank]; empty: nothing did.
  std::optional<Matrix<Bytes>> moved = {};
};
/// Routes step state.step. With dynamic balancing every rebalance_interval-th step first gets a placement
/// planned from the moving average of the loads so far.
[[nodiscard]] RoutedStep route_step(const Scenario& scenario, const Cluster& cluster,
                                    const RouterState& state);

/// The same tokens with the experts elsewhere.
[[nodiscard]] RoutedStep placed_elsewhere(const Scenario& scenario, const Cluster& cluster,
                                          const RoutedStep& step, const ExpertPlacement& placement);

}  // namespace epsim
