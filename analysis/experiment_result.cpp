#include "analysis/experiment_result.hpp"

#include <utility>

namespace epsim {
namespace {

StepSummary summarize_step(const Experiment& experiment) {
  StepSummary result{summarize_load(experiment.last_step), {}};
  if (experiment.simulations.empty()) return result;
  const LowerBounds bounds = lower_bounds(experiment.scenario, experiment.cluster, experiment.last_step);
  for (const Simulation& simulation : experiment.simulations)
    result.layers.push_back(summarize(experiment.cluster, bounds, simulation));
  return result;
}

}  // namespace

ExperimentResult run_and_summarize(const Scenario& scenario, std::span<const PatternKind> patterns,
                                   const SimulateOptions& options, const ActivityObserver& observer,
                                   std::span<const RoutedStep> routed) {
  std::vector<StepSummary> summaries;
  const auto keep = [&](const Experiment& experiment) { summaries.push_back(summarize_step(experiment)); };
  Experiment experiment = run_experiment(scenario, patterns, options, {observer, keep}, routed);
  std::vector<Blame> blames;
  for (const Simulation& simulation : experiment.simulations)
    blames.push_back(blame(experiment.cluster, simulation));
  return {std::move(experiment), std::move(summaries), std::move(blames)};
}

}  // namespace epsim
