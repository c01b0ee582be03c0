// An experiment with what its steps say.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/blame/blame.hpp"
#include "analysis/blame/what_if.hpp"
#include "analysis/summary.hpp"
#include "sim/experiment.hpp"

namespace epsim {

struct StepSummary {
  std::optional<LoadSummary> load;  ///< empty for direct traffic
  /// Per pattern in the experiment's order; none when the network did not run.
  std::vector<LayerSummary> layers;
};

struct ExperimentResult : Experiment {
  std::vector<StepSummary> summaries = {};         ///< per step
  std::vector<Blame> blames = {};                  ///< of the last step, one per simulation
  std::vector<std::vector<WhatIf>> what_ifs = {};  ///< the same; none unless asked for
};

/// Runs the experiment and summarizes every step while its simulations are there.
[[nodiscard]] ExperimentResult run_and_summarize(const Scenario& scenario,
                                                 std::span<const PatternKind> patterns,
                                                 const SimulateOptions& options,
                                                 const ActivityObserver& observer = {},
                                                 std::span<const RoutedStep> routed = {});

}  // namespace epsim
