// An experiment: a scenario's steps, each routed once and simulated under every pattern asked for.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/summary.hpp"
#include "sim/simulate.hpp"

namespace epsim {

/// One step, with one LayerSummary per pattern in the experiment's order.
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

/// Over all steps.
[[nodiscard]] Seconds total_seconds(const ExperimentResult& experiment, std::size_t pattern);

/// Called before each step and pattern group with a short text ("step 2/5: simulating 4 patterns").
using Progress = std::function<void(const std::string&)>;

/// `routed` holds the first steps when they have been routed already, for a scenario with the same traffic;
/// the others are routed here.
[[nodiscard]] ExperimentResult run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                                              const SimulateOptions& options, const Progress& progress,
                                              std::span<const RoutedStep> routed = {});

}  // namespace epsim
