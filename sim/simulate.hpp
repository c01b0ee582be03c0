// Start here: the whole simulator in two functions. `route_step` (routed_step.hpp) makes one step's traffic
// from the scenario, `simulate` runs patterns over that same traffic.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "platforms/routes.hpp"
#include "sim/engine/engine.hpp"
#include "sim/routed_step.hpp"

namespace epsim {

/// One pattern's run: what was executed, over which routes, and when.
struct Simulation {
  PatternKind pattern;
  LoweredSchedule lowered;
  Routes routes;
  Timeline timeline;
  EngineKind engine = EngineKind::simgrid;  ///< that ran it
  double allowance = 0;                     ///< by which part times may be off; 0: exact
};

/// What the run cannot tell apart: SimGrid's precision; of the fluid engine its allowance times the least
/// possible duration of the run (least_duration.hpp).
[[nodiscard]] Seconds resolution_of(const Simulation& simulation);

struct SimulateOptions {
  int parallel = 1;  ///< simulations at a time, each in its own child process
  /// Told about twice a second which part has been done: of each pattern's bytes what has been delivered,
  /// patterns by how long they are expected to take.
  std::function<void(double)> done = {};
  /// Of SimGrid: the file for its own trace of each pattern, over what an earlier step wrote.
  std::map<PatternKind, std::string> paje = {};
  bool check = false;  ///< prove every schedule right before it runs, and every run possible after it
};

/// Runs each pattern over the step's traffic; results in the order of `patterns`.
[[nodiscard]] std::vector<Simulation> simulate(const Scenario& scenario, const Cluster& cluster,
                                               const RoutedStep& step, std::span<const PatternKind> patterns,
                                               const SimulateOptions& options);

/// How long moving the weights takes that moved before the step, alone on the network: one blocking
/// all-to-all with `direct` order and 8 transfers in flight. Precondition: something moved.
[[nodiscard]] Seconds moving_seconds(const Scenario& scenario, const Cluster& cluster,
                                     const RoutedStep& step);

}  // namespace epsim
