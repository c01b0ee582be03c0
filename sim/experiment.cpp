#include "sim/experiment.hpp"

#include <algorithm>
#include <utility>

#include "platforms/indexing.hpp"
#include "platforms/system/stopwatch.hpp"
#include "sim/placement/placement.hpp"

namespace epsim {
namespace {

/// The last step always is, since the result describes it; so is one before which experts moved.
bool is_simulated(const Experiment& experiment, int step) {
  const Workload& workload = experiment.scenario.workload;
  return step % workload.simulate_every == 0 || step + 1 == workload.steps || experiment.last_step.moved;
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

  void end_step(std::vector<ExperimentStep>& steps) const {
    if (!step_) return;
    Rebalancing& last = *steps[*step_].rebalancing;
    for (std::size_t p = 0; p < per_step_.size(); ++p) {
      last.saved_seconds[p] += per_step_[p];
      if (!last.paid_for_after[p] && last.saved_seconds[p] >= last.seconds)
        last.paid_for_after[p] = static_cast<int>(steps.size() - *step_);
    }
    last.steps_watched = static_cast<int>(steps.size() - *step_);
  }

  void end_run(std::vector<ExperimentStep>& steps, int interval) const {
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

Rebalancing move_weights(const Experiment& experiment) {
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

ExpertPlacement where_nothing_moves(const Experiment& experiment) {
  return static_placement(experiment.scenario.expert_parallel, experiment.cluster.group);
}

std::vector<Seconds> ends_of(const std::vector<Simulation>& simulations) {
  std::vector<Seconds> ends;
  for (const Simulation& simulation : simulations) ends.push_back(simulation.timeline.end());
  return ends;
}

/// The step's layers with the experts elsewhere.
std::vector<Seconds> layers_with(const ExpertPlacement& placement, const Experiment& experiment,
                                 const SimulateOptions& options) {
  if (placement == experiment.last_step.placement) return ends_of(experiment.simulations);
  SimulateOptions unseen = options;
  unseen.paje.clear();  // a trace shows what the step was
  const RoutedStep elsewhere =
      placed_elsewhere(experiment.scenario, experiment.cluster, experiment.last_step, placement);
  return ends_of(simulate(experiment.scenario, experiment.cluster, elsewhere, experiment.patterns, unseen));
}

/// With dynamic balancing: the step where nothing ever moved, and without the last move.
void compare_placements(Experiment& experiment, const SimulateOptions& options, Payback& payback) {
  ExperimentStep& step = experiment.steps.back();
  const ExpertPlacement still = where_nothing_moves(experiment);
  step.static_layer_seconds = layers_with(still, experiment, options);
  if (!payback.is_open()) return;
  std::vector<Seconds> saved = payback.without() == still
                                   ? step.static_layer_seconds
                                   : layers_with(payback.without(), experiment, options);
  for (std::size_t p = 0; p < saved.size(); ++p) saved[p] -= step.layer_seconds[p];
  payback.save(std::move(saved));
}

/// Runs the step's network under every pattern, telling how far it has come.
void simulate_step(Experiment& experiment, int step, const SimulateOptions& options,
                   const ActivityObserver& observer) {
  SimulateOptions watched = options;
  const Stopwatch watch;
  if (observer)
    watched.done = [&](double part) { observer({Activity::Kind::simulating, step, part, watch.seconds()}); };
  experiment.simulations =
      simulate(experiment.scenario, experiment.cluster, experiment.last_step, experiment.patterns, watched);
}

/// Runs the network for the step that was routed and appends its times.
void run_step(Experiment& experiment, int step, const ExpertPlacement& before, const SimulateOptions& options,
              const ActivityObserver& observer, Payback& payback) {
  const auto begin = [&](Activity::Kind kind) {
    if (observer) observer({kind, step});
  };
  std::optional<Rebalancing> rebalancing;
  if (experiment.last_step.moved) {
    begin(Activity::Kind::moving_experts);
    rebalancing = move_weights(experiment);
    payback.begin(experiment.steps.size(), experiment.patterns.size(),
                  payback.is_open() ? before : where_nothing_moves(experiment));
  }
  ExperimentStep& times = experiment.steps.emplace_back();
  if (is_simulated(experiment, step)) {
    begin(Activity::Kind::simulating);
    simulate_step(experiment, step, options, observer);
    times.layer_seconds = ends_of(experiment.simulations);
    const bool moves_experts = experiment.scenario.expert_parallel.load_balancing == LoadBalancing::dynamic &&
                               !experiment.scenario.direct_traffic;
    if (moves_experts) compare_placements(experiment, options, payback);
  }
  times.rebalancing = std::move(rebalancing);
  payback.end_step(experiment.steps);
}

}  // namespace

Seconds total_seconds(const Experiment& experiment, std::size_t pattern) {
  Seconds sum = 0;
  Seconds layer = 0;
  for (const ExperimentStep& step : experiment.steps) {
    if (!step.layer_seconds.empty()) layer = step.layer_seconds[pattern];
    sum += layer + (step.rebalancing ? step.rebalancing->seconds : 0);
  }
  return sum;
}

std::optional<Seconds> static_total_seconds(const Experiment& experiment, std::size_t pattern) {
  if (experiment.steps.back().static_layer_seconds.empty()) return std::nullopt;
  Seconds sum = 0;
  Seconds layer = 0;
  for (const ExperimentStep& step : experiment.steps) {
    if (!step.static_layer_seconds.empty()) layer = step.static_layer_seconds[pattern];
    sum += layer;
  }
  return sum;
}

int simulated_steps(const Experiment& experiment) {
  return static_cast<int>(std::ranges::count_if(
      experiment.steps, [](const ExperimentStep& step) { return !step.layer_seconds.empty(); }));
}

Experiment run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                          const SimulateOptions& options, const ExperimentObservers& observers,
                          std::span<const RoutedStep> routed) {
  const Stopwatch watch;
  Experiment experiment{scenario, build_cluster(scenario), {patterns.begin(), patterns.end()}};
  RouterState state;
  Payback payback;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    experiment.simulations.clear();  // before the next ones take their memory
    if (observers.activity) observers.activity({Activity::Kind::routing, step});
    const auto number = at(step);
    const ExpertPlacement before = std::move(experiment.last_step.placement);
    experiment.last_step =
        number < routed.size() ? routed[number] : route_step(scenario, experiment.cluster, state);
    if (experiment.last_step.routed) state = experiment.last_step.routed->next;
    run_step(experiment, step, before, options, observers.activity, payback);
    if (observers.step_ended) observers.step_ended(experiment);
  }
  payback.end_run(experiment.steps, scenario.expert_parallel.rebalance_interval);
  experiment.wall_seconds = watch.seconds();
  return experiment;
}

}  // namespace epsim
