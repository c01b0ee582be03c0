// An experiment: a scenario's steps, each routed once and, every simulate_every-th and the last, simulated
// under every pattern asked for.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/summary.hpp"
#include "sim/simulate.hpp"

namespace epsim {

/// One step, with one LayerSummary per pattern in the experiment's order; none when the network did not run.
struct StepResult {
  std::optional<LoadSummary> load;
  std::vector<LayerSummary> layers;
};

struct ExperimentResult {
  Scenario scenario;
  Cluster cluster;
  std::vector<PatternKind> patterns;
  std::vector<StepResult> steps;
  RoutedStep last_step;                 ///< the last step's traffic
  std::vector<Simulation> simulations;  ///< the last step's runs, one per pattern: for traces and spans
  Seconds wall_seconds = 0;
};

/// Called before each step and pattern group with a short text ("step 2/5: simulating 4 patterns").
using Progress = std::function<void(const std::string&)>;

[[nodiscard]] ExperimentResult run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                                              const SimulateOptions& options, const Progress& progress);

}  // namespace epsim
