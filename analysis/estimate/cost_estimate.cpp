#include "analysis/estimate/cost_estimate.hpp"

#include <algorithm>
#include <cmath>

#include "sim/choose_engine.hpp"
#include "sim/experiment_size.hpp"

namespace epsim {
namespace {

// Measured on one core of a small cloud machine: processes, platform and summary; a selection from the router
// to the traffic; a multiply-add of the gate. The network's part is engine_seconds().
constexpr Seconds seconds_per_pattern = 2e-3;
constexpr Seconds seconds_per_selection = 100e-9;
constexpr Seconds seconds_per_gate_operation = 0.25e-9;

Seconds routing_seconds(const Scenario& scenario, const ExperimentSize& sizes) {
  const ExpertParallel& experts = scenario.expert_parallel;
  const bool has_gate = experts.routing_strategy == RoutingStrategy::learned_gating;
  const double tokens = sizes.selections / std::max(1, experts.top_k);
  const double operations = has_gate ? tokens * experts.num_experts * scenario.workload.embedding_dim : 0;
  return sizes.selections * seconds_per_selection + operations * seconds_per_gate_operation;
}

/// Of the steps: every simulate_every-th and the last.
double simulated_share(const Workload& workload) {
  const double steps = workload.steps;
  return std::min(steps, std::ceil((steps - 1) / workload.simulate_every) + 1) / steps;
}

}  // namespace

Seconds estimate_seconds(const Scenario& scenario, std::span<const PatternKind> patterns) {
  const EngineKind engine = choose_engine(scenario);
  const bool experts_move =
      !scenario.direct_traffic && scenario.expert_parallel.load_balancing == LoadBalancing::dynamic;
  Seconds network = 0;
  for (const PatternKind kind : patterns)
    network += seconds_per_pattern +
               engine_seconds(engine, choose_allowance(scenario, kind), engine_load(scenario, kind));
  // Where they stay, too, and after the second move where they were before it.
  const int moves = (scenario.workload.steps - 1) / std::max(1, scenario.expert_parallel.rebalance_interval);
  if (experts_move) network *= moves > 1 ? 3 : 2;
  return scenario.workload.steps *
         (routing_seconds(scenario, size_of(scenario)) + simulated_share(scenario.workload) * network);
}

}  // namespace epsim
