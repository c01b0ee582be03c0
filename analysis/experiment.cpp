#include "analysis/experiment.hpp"

#include <chrono>
#include <utility>

namespace epsim {
namespace {

void report_progress(const Progress& progress, const Scenario& scenario, int step, const std::string& doing) {
  if (!progress) return;
  const std::string place = scenario.workload.steps > 1 ? "step " + std::to_string(step + 1) + "/" +
                                                              std::to_string(scenario.workload.steps) + ": "
                                                        : "";
  progress(place + doing);
}

/// The last step always is: the result describes it.
bool is_simulated(const Workload& workload, int step) {
  return step % workload.simulate_every == 0 || step + 1 == workload.steps;
}

StepResult summarize_step(const ExperimentResult& experiment) {
  const LowerBounds bounds = lower_bounds(experiment.scenario, experiment.cluster, experiment.last_step);
  StepResult result{summarize_load(experiment.last_step), {}};
  for (const Simulation& simulation : experiment.simulations)
    result.layers.push_back(summarize(experiment.cluster, bounds, simulation));
  return result;
}

}  // namespace

ExperimentResult run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                                const SimulateOptions& options, const Progress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  ExperimentResult experiment{scenario, build_cluster(scenario), {patterns.begin(), patterns.end()}};
  RouterState state;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    experiment.simulations.clear();  // before the next ones take their memory
    report_progress(progress, scenario, step, "routing");
    experiment.last_step = route_step(scenario, experiment.cluster, state);
    if (experiment.last_step.routed) state = experiment.last_step.routed->next;
    if (!is_simulated(scenario.workload, step)) {
      experiment.steps.push_back({summarize_load(experiment.last_step), {}});
      continue;
    }
    report_progress(
        progress, scenario, step,
        "simulating " + std::to_string(patterns.size()) + (patterns.size() == 1 ? " pattern" : " patterns"));
    experiment.simulations = simulate(scenario, experiment.cluster, experiment.last_step, patterns, options);
    experiment.steps.push_back(summarize_step(experiment));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  experiment.wall_seconds = elapsed.count();
  return experiment;
}

}  // namespace epsim
