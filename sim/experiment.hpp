// An experiment: a scenario's steps, each routed once and, every simulate_every-th and the last, simulated
// under every pattern asked for.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

/// A rebalancing: what moving weights before a step cost, and when the faster layers have paid for it.
/// Savings are what the same tokens take without the move, minus what they take: where experts never move
/// and have no replicas (static_placement) for the first move, where the move before left them for the
/// others. A step that was not simulated counts as the last that was.
struct Rebalancing {
  Bytes bytes = 0;                                 ///< weights that crossed the network
  Seconds seconds = 0;                             ///< their transfer, alone, before the step
  int moved_experts = 0;                           ///< (expert, device) pairs
  std::vector<Seconds> saved_seconds;              ///< per pattern, until the next rebalancing or the end
  std::vector<std::optional<int>> paid_for_after;  ///< per pattern: steps; empty: not until then
  int steps_watched = 0;                           ///< until the next rebalancing or the end
  bool is_cut_short = false;                       ///< the run ended before another one was due

  /// Neither paid for nor watched as long as it was to last.
  [[nodiscard]] bool is_too_early_to_tell(std::size_t pattern) const {
    return is_cut_short && !paid_for_after[pattern];
  }
};

/// One step's times, per pattern in the experiment's order.
struct ExperimentStep {
  std::vector<Seconds> layer_seconds = {};      ///< none when the network did not run
  std::optional<Rebalancing> rebalancing = {};  ///< before the step; empty: nothing moved
  /// With dynamic balancing, where the network ran: the same tokens under static_placement.
  std::vector<Seconds> static_layer_seconds = {};
};

struct Experiment {
  Scenario scenario;
  Cluster cluster;
  std::vector<PatternKind> patterns;
  std::vector<ExperimentStep> steps = {};
  RoutedStep last_step = {};                 ///< the last step's traffic
  std::vector<Simulation> simulations = {};  ///< the last step's runs, one per pattern; none when it had none
  Seconds wall_seconds = 0;
};

/// Over all steps, and moving experts between them. A step that was not simulated counts as the last that
/// was.
[[nodiscard]] Seconds total_seconds(const Experiment& experiment, std::size_t pattern);
/// The same for experts that never move and have no replicas; empty where experts do not move.
[[nodiscard]] std::optional<Seconds> static_total_seconds(const Experiment& experiment, std::size_t pattern);
[[nodiscard]] int simulated_steps(const Experiment& experiment);

/// What an experiment is doing.
struct Activity {
  enum class Kind { routing, moving_experts, simulating } kind = Kind::routing;
  int step = 0;
  std::optional<double> done = {};  ///< simulating: which part (SimulateOptions), once that is known
  Seconds elapsed = 0;              ///< since the simulations began
};
using ActivityObserver = std::function<void(const Activity&)>;

struct ExperimentObservers {
  ActivityObserver activity = {};                          ///< when it changes, and while it goes on
  std::function<void(const Experiment&)> step_ended = {};  ///< `last_step` and `simulations` are that step's
};

/// `routed` holds the first steps when they have been routed already, for a scenario with the same traffic;
/// the others are routed here.
[[nodiscard]] Experiment run_experiment(const Scenario& scenario, std::span<const PatternKind> patterns,
                                        const SimulateOptions& options, const ExperimentObservers& observers,
                                        std::span<const RoutedStep> routed = {});

}  // namespace epsim
