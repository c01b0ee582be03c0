#include "analysis/cost_estimate.hpp"

#include <algorithm>

#include "analysis/experiment_size.hpp"

namespace epsim {
namespace {

// Measured on one core of a small cloud machine: processes, platform and summary; a selection from the router
// to the traffic; a multiply-add of the gate; a transfer; the same for every transfer that shares the network
// with it, as sharing is solved anew at every completion.
constexpr Seconds seconds_per_pattern = 2e-3;
constexpr Seconds seconds_per_selection = 100e-9;
constexpr Seconds seconds_per_gate_operation = 0.25e-9;
constexpr Seconds seconds_per_transfer = 10e-6;
constexpr Seconds seconds_per_transfer_in_flight = 0.15e-6;

Seconds routing_seconds(const Scenario& scenario, const ExperimentSize& sizes) {
  const ExpertParallel& experts = scenario.expert_parallel;
  const bool has_gate = experts.routing_strategy == RoutingStrategy::learned_gating;
  const double tokens = sizes.selections / std::max(1, experts.top_k);
  const double operations = has_gate ? tokens * experts.num_experts * scenario.workload.embedding_dim : 0;
  return sizes.selections * seconds_per_selection + operations * seconds_per_gate_operation;
}

Seconds pattern_seconds(const PatternSize& pattern, const ExperimentSize& sizes) {
  const bool goes_in_rounds = pattern.window == 1;  // its transfers share nothing
  const double sharing = goes_in_rounds ? 1 : in_flight(pattern, sizes);
  return seconds_per_pattern +
         sizes.exchanges * pattern.steps * (seconds_per_transfer + sharing * seconds_per_transfer_in_flight);
}

}  // namespace

Seconds estimate_seconds(const Scenario& scenario, std::span<const PatternKind> patterns) {
  const ExperimentSize sizes = size_of(scenario);
  Seconds step = routing_seconds(scenario, sizes);
  for (const PatternKind kind : patterns)
    step += pattern_seconds(size_of(scenario.patterns, kind, sizes), sizes);
  return step * scenario.workload.steps;
}

}  // namespace epsim
