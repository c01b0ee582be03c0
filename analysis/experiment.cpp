#include "analysis/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "analysis/estimate/waiting_notice.hpp"
#include "sim/placement/placement.hpp"

namespace epsim {
namespace {

void report_progress(const Progress& progress, const Scenario& scenario, int step, const std::string& doing) {
  if (!progress) return;
  const std::string place = scenario.workload.steps > 1 ? "step " + std::to_string(step + 1) + "/" +
                                                              std::to_string(scenario.workload.steps) + ": "
                                                        : "";
  progress(place + doing);
}

class Stopwatch {
 public:
  [[nodiscard]] Seconds seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// The last step always is, since the result describes it; so is one before which experts moved.
bool is_simulated(const ExperimentResult& experiment, int step) {
  const Workload& workload = experiment.scenario.workload;
  return step % workload.simulate_every == 0 || step + 1 == workload.steps || experiment.last_step.moved;
}

StepResult summarize_step(const ExperimentResult& experiment) {
  const LowerBounds bounds = lower_bounds(experiment.scenario, experiment.cluster, experiment.last_step);
  StepResult result{summarize_load(experiment.last_step), {}};
  for (const Simulation& simulation : experiment.simulations)
    result.layers.push_back(summarize(experiment.cluster, bounds, simulation));
  return result;
}

/// Follows the savings of the last rebalancing from step to step.
class Payback {
 public:
  /// `without` is where the experts would be without the move.
  void begin(std::size_t step, std::size_t patterns, ExpertPlacement without) {
    step_ = step;
    per_step_.assign(patterns, 0);
    without_ = std::move(without);
  }

  /// What a simulated step saves from now on, per pattern.
  void save(std::vector<Seconds> per_step) { per_step_ = std::move(per_step); }

  [[nodiscard]] const ExpertPlacement& without() const { return without_; }

  void end_step(std::vector<StepResult>& steps) const {
    if (!step_) return;
    Rebalancing& last = *steps[*step_].rebalancing;
    for (std::size_t p = 0; p < per_step_.size(); ++p) {
      last.saved_seconds[p] += per_step_[p];
      if (!last.paid_for_after[p] && last.saved_seconds[p] >= last.seconds)
        last.paid_for_after[p] = static_cast<int>(steps.size() - *step_);
    }
    last.steps_watched = static_cast<int>(steps.size() - *step_);
  }

  void end_run(std::vector<StepResult>& steps, int interval) const {
    if (!step_) return;
    Rebalancing& last = *steps[*step_].rebalancing;
    last.is_cut_short = last.steps_watched < interval;
  }

  [[nodiscard]] bool is_open() const { return step_.has_value(); }

 private:
  std::optional<std::size_t> step_;
  std::vector<Seconds> per_step_;
  ExpertPlacement without_;
};

Rebalancing move_weights(const ExperimentResult& experiment) {
  Rebalancing rebalancing;
  const Matrix<Bytes>& moved = *experiment.last_step.moved;
  for (int source = 0; source < moved.rows(); ++source)
    for (const Bytes bytes : moved.row(source)) rebalancing.bytes += bytes;
  rebalancing.seconds = moving_seconds(experiment.scenario, experiment.cluster, experiment.last_step);
  rebalancing.moved_experts = static_cast<int>(
      rebalancing.bytes / expert_bytes(experiment.scenario.model, experiment.scenario.payload.weights));
  rebalancing.saved_seconds.assign(experiment.patterns.size(), 0);
  rebalancing.paid_for_after.resize(experiment.patterns.size());
  return rebalancing;
}

ExpertPlacement where_nothing_moves(const ExperimentResult& experiment) {
  return static_placement(experiment.scenario.expert_parallel, experiment.cluster.group);
}

/// The step's layers with the experts elsewhere.
std::vector<Seconds> layers_with(const ExpertPlacement& placement, const ExperimentResult& experiment,
                                 const SimulateOptions& options) {
  std::vector<Seconds> layers;
  if (placement == experiment.last_step.placement) {
    for (const Simulation& simulation : experiment.simulations) layers.push_back(simulation.timeline.end());
    return layers;
  }
  const RoutedStep elsewhere =
      placed_elsewhere(experiment.scenario, experiment.cluster, experiment.last_step, placement);
  for (const Simulation& simulation :
       simulate(experiment.scenario, experiment.cluster, elsewhere, experiment.patterns, options))
    layers.push_back(simulation.timeline.end());
  return layers;
}

/// With dynamic balancing: the step where nothing ever moved, and without the last move.
void compare_placements(ExperimentResult& experiment, const SimulateOptions& options, Payback& payback) {
  StepResult& step = experiment.steps.back();
  const ExpertPlacement still = where_nothing_moves(experiment);
  step.static_layer_seconds = layers_with(still, experiment, options);
  if (!payback.is_open()) return;
  std::vector<Seconds> saved = payback.without() == still
                                   ? step.static_layer_seconds
                                   : layers_with(payback.without(), experiment, options);
  for (std::size_t p = 0; p < saved.size(); ++p) saved[p] -= step.layers[p].layer_seconds;
  payback.save(std::move(saved));
}

/// Runs the network for the step that was routed and appends its result.
void run_step(ExperimentResult& experiment, int step, const ExpertPlacement& before,
              const SimulateOptions& options, const Progress& progress, Payback& payback) {
  const Scenario& scenario = experiment.scenario;
  std::optional<Rebalancing> rebalancing;
  if (experiment.last_step.moved) {
    report_progress(progress, scenario, step, "moving experts");
    rebalancing = move_weights(experiment);
    payback.begin(experiment.steps.size(), experiment.patterns.size(),
                  payback.is_open() ? before : where_nothing_moves(experiment));
  }
  if (is_simulated(experiment, step)) {
    const std::size_t count = experiment.patterns.size();
    const std::string doing = fmt::format("simulating {} pattern{}", count, count == 1 ? "" : "s");
    report_progress(progress, scenario, step, doing);
    SimulateOptions watched = options;
    const Stopwatch watch;
    if (progress)
      watched.delivered = [&](double part) {
        report_progress(progress, scenario, step,
                        fmt::format("{}, {:.0f} % of the bytes delivered{}", doing, 100 * part,
                                    time_left(watch.seconds(), part)));
      };
    experiment.simulations =
        simulate(scenario, experiment.cluster, experiment.last_step, experiment.patterns, watched);
    experiment.steps.push_back(summarize_step(experiment));
    if (scenario.expert_parallel.load_balancing == LoadBalancing::dynamic && !scenario.direct_traffic)
      compare_placements(experiment, options, payback);
  } else {
    experiment.steps.push_back({summarize_load(experiment.last_step), {}});
  }
  experiment.steps.back().rebalancing = std::move(rebalancing);
  payback.end_step(experiment.steps);
}

}  // namespace

Seconds total_seconds(const ExperimentResult& experiment, std::size_t pattern) {
  Seconds sum = 0;
  Seconds layer = 0;
  for (const StepResult& step : experiment.steps) {
    if (!step.layers.empty()) layer = step.layers[pattern].layer_seconds;
    sum += layer + (step.rebalancing ? step.rebalancing->seconds : 0);
  }
  return sum;
}

std::optional<Seconds> static_total_seconds(const ExperimentResult& experiment, std::size_t pattern) {
  if (experiment.steps.back().static_layer_seconds.empty()) return std::nullopt;
  Seconds sum = 0;
  Seconds layer = 0;
  for (const StepResult& step : experiment.steps) {
    if (!step.static_layer_seconds.empty()) layer = step.static_layer_seconds[pattern];
    sum += layer;
  }
  return sum;
}

int simulated_steps(const ExperimentResult& experiment) {
  return static_cast<int>(
      std::ranges::count_if(experiment.steps, [](const StepResult& step) { return !step.layers.empty(); }));
}

ExperimentResult run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                                const SimulateOptions& options, const Progress& progress,
                                std::span<const RoutedStep> routed) {
  const Stopwatch watch;
  ExperimentResult experiment{scenario, build_cluster(scenario), {patterns.begin(), patterns.end()}};
  RouterState state;
  Payback payback;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    experiment.simulations.clear();  // before the next ones take their memory
    report_progress(progress, scenario, step, "routing");
    const auto number = static_cast<std::size_t>(step);
    const ExpertPlacement before = std::move(experiment.last_step.placement);
    experiment.last_step =
        number < routed.size() ? routed[number] : route_step(scenario, experiment.cluster, state);
    if (experiment.last_step.routed) state = experiment.last_step.routed->next;
    run_step(experiment, step, before, options, progress, payback);
  }
  payback.end_run(experiment.steps, scenario.expert_parallel.rebalance_interval);
  experiment.wall_seconds = watch.seconds();
  return experiment;
}

}  // namespace epsim
