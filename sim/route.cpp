#include "sim/route.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "platforms/indexing.hpp"
#include "sim/balancing/balancing.hpp"
#include "sim/routing/auxiliary_loss.hpp"
#include "sim/routing/ranking.hpp"
#include "sim/routing/recorded.hpp"

namespace epsim {
namespace {

/// Switch (Fedus et al. 2022, eq. 4-6): weight * E * sum of f_e P_e, f_e an expert's share of the selections
/// before dropping, over all devices. It is `weight` when both are uniform.
double auxiliary_loss(const Assignment& assignment, double weight, std::int64_t selections) {
  double sum = 0;
  for (std::size_t e = 0; e < assignment.wanted.size(); ++e)
    sum += static_cast<double>(assignment.wanted[e]) * assignment.routing.mean_probability[e];
  const double experts = assignment.routing.num_experts;
  return weight * experts * sum / static_cast<double>(std::max<std::int64_t>(1, selections));
}

void count_selections(const TokenRouting& routing, RoutingReport& report) {
  report.expert_loads.resize(static_cast<std::size_t>(routing.num_experts));
  for (int rank = 0; rank < routing.ranks(); ++rank) {
    const TokenRange tokens = routing.tokens_of(rank);
    std::int64_t dropped = 0;
    for (std::int64_t token = tokens.first; token < tokens.last; ++token) {
      const std::span<const std::int32_t> experts = routing.experts_of(token);
      const auto dropped_here = std::ranges::count(experts, dropped_selection);
      for (const std::int32_t expert : experts)
        if (expert != dropped_selection) ++report.expert_loads[at(expert)];
      if (dropped_here == std::ssize(experts)) ++report.uncovered_tokens;
      dropped += dropped_here;
    }
    report.source_dropped.push_back(dropped);
    report.source_selections.push_back(static_cast<std::int64_t>(routing.selections_begin(tokens.last) -
                                                                 routing.selections_begin(tokens.first)));
  }
}

RoutingReport report_of(const Assignment& assignment, const ExpertParallel& expert_parallel) {
  RoutingReport report;
  count_selections(assignment.routing, report);
  report.expert_selections = assignment.wanted;
  report.selections = std::accumulate(assignment.wanted.begin(), assignment.wanted.end(), std::int64_t{0});
  report.dropped_selections =
      std::accumulate(report.source_dropped.begin(), report.source_dropped.end(), std::int64_t{0});
  report.capacity = assignment.capacity;
  if (!assignment.routing.mean_probability.empty())
    report.auxiliary_loss =
        auxiliary_loss(assignment, expert_parallel.auxiliary_loss_weight, report.selections);
  return report;
}

/// Decayed counts of what was assigned, over all devices; a tenth is forgotten every step.
void count_assigned(const RoutingReport& report, RouterState& state) {
  constexpr double kept = 0.9;
  state.assigned_load.resize(report.expert_loads.size());
  for (std::size_t e = 0; e < report.expert_loads.size(); ++e)
    state.assigned_load[e] = kept * state.assigned_load[e] + static_cast<double>(report.expert_loads[e]);
}

/// Auxiliary-loss-free balancing (Wang et al. 2024; DeepSeek-V3 technical report, section 2.1.2):
/// b_e += rate * sign(mean load - load_e), the loads being the selections before dropping.
void move_selection_bias(const RoutingReport& report, double rate, RouterState& state) {
  const std::vector<std::int64_t>& loads = report.expert_selections;
  const double mean = static_cast<double>(report.selections) / static_cast<double>(loads.size());
  state.selection_bias.resize(loads.size());
  for (std::size_t e = 0; e < loads.size(); ++e) {
    const double missing = mean - static_cast<double>(loads[e]);
    state.selection_bias[e] += missing > 0 ? rate : missing < 0 ? -rate : 0;
  }
}

/// One step down the auxiliary loss' gradient; the counts are those before dropping.
void learn_from_auxiliary_loss(const ExpertParallel& rule, const Ranking& ranking,
                               const RoutingReport& report, RouterState& state) {
  std::vector<double> shares;
  for (const std::int64_t count : report.expert_selections)
    shares.push_back(static_cast<double>(count) /
                     static_cast<double>(std::max<std::int64_t>(1, report.selections)));
  const std::vector<double> gradient =
      auxiliary_loss_gradient(ranking, rule.gate, shares, rule.auxiliary_loss_weight);
  state.gate_bias.resize(gradient.size());
  for (std::size_t e = 0; e < gradient.size(); ++e)
    state.gate_bias[e] -= rule.auxiliary_loss_learning_rate * gradient[e];
}

/// Exponential moving average with the weight of an average over `interval` steps, 2 / (interval + 1).
void average_loads(const RoutingReport& report, int interval, RouterState& state) {
  const double weight = state.average_load.empty() ? 1 : 2.0 / (interval + 1);
  state.average_load.resize(report.expert_selections.size());
  for (std::size_t e = 0; e < state.average_load.size(); ++e)
    state.average_load[e] +=
        weight * (static_cast<double>(report.expert_selections[e]) - state.average_load[e]);
}

bool learns(const Scenario& scenario, const Ranking& ranking, int next_step) {
  const ExpertParallel& rule = scenario.expert_parallel;
  return rule.use_auxiliary_loss && rule.auxiliary_loss_learning_rate > 0 && rule.auxiliary_loss_weight > 0 &&
         ranking.has_gate() && next_step < scenario.workload.steps;
}

}  // namespace

RoutedTokens route(const Scenario& all_steps, const RouterState& state) {
  const Scenario scenario = scenario_of_step(all_steps, state.step);
  RouterState next = state;
  const std::unique_ptr<Ranking> ranking = make_ranking(scenario, next);
  ++next.step;
  Assignment assignment = balance(scenario, *ranking, state);
  RoutingReport report = report_of(assignment, scenario.expert_parallel);
  if (scenario.expert_parallel.routing_strategy == RoutingStrategy::load_based) count_assigned(report, next);
  if (scenario.expert_parallel.load_balancing == LoadBalancing::load_aware)
    move_selection_bias(report, scenario.expert_parallel.bias_update_rate, next);
  if (scenario.expert_parallel.load_balancing == LoadBalancing::dynamic)
    average_loads(report, scenario.expert_parallel.rebalance_interval, next);
  if (learns(scenario, *ranking, next.step))
    learn_from_auxiliary_loss(scenario.expert_parallel, *ranking, report, next);
  return {std::move(assignment.routing), std::move(report), std::move(next)};
}

}  // namespace epsim
