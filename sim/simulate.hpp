// Start here: the whole simulator in two functions. `route_step` makes one step's traffic from the scenario,
// `simulate` runs patterns over that same traffic.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platforms/routes.hpp"
#include "sim/engine/engine.hpp"
#include "sim/layer.hpp"
#include "sim/placement.hpp"
#include "sim/routing/routing.hpp"
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

/// How long moving the weights takes that moved before the step, alone on the network: one blocking
/// all-to-all with `direct` order and 8 transfers in flight. Precondition: something moved.
[[nodiscard]] Seconds moving_seconds(const Scenario& scenario, const Cluster& cluster,
                                     const RoutedStep& step);

/// One pattern's run: what was executed, over which routes, and when.
struct Simulation {
  PatternKind pattern;
  LoweredSchedule lowered;
  Routes routes;
  Timeline timeline;
  EngineKind engine = EngineKind::simgrid;  ///< that ran it
  Seconds resolution = simgrid_resolution;  ///< its resolution
};

struct SimulateOptions {
  int parallel = 1;    ///< simulations at a time, each in its own child process
  bool check = false;  ///< prove every schedule right before it runs
  /// Told in words what users will want to know before they wait: a slow engine, the choice of one.
  std::function<void(const std::string&)> notice;
};

/// Runs each pattern over the step's traffic; results in the order of `patterns`.
[[nodiscard]] std::vector<Simulation> simulate(const Scenario& scenario, const Cluster& cluster,
                                               const RoutedStep& step, std::span<const PatternKind> patterns,
                                               const SimulateOptions& options);

}  // namespace epsim
