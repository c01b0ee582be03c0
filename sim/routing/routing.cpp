#include "sim/routing/routing.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

#include "platforms/error.hpp"
#include "sim/balancing/balancing.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

struct Entry {
  RoutingStrategy name;
  std::unique_ptr<Ranking> (*make)(const Scenario&, RouterState&);  // null: not available yet
};

constexpr std::array<Entry, 5> strategies{{
    {RoutingStrategy::learned_gating, make_learned_gating},
    {RoutingStrategy::hash_based, make_hash_based},
    {RoutingStrategy::random, make_random},
    {RoutingStrategy::load_based, nullptr},
    {RoutingStrategy::similarity_based, nullptr},
}};

std::unique_ptr<Ranking> make_ranking(const Scenario& scenario, RouterState& state) {
  std::string available;
  for (const Entry& entry : strategies) {
    if (entry.make == nullptr) continue;
    if (entry.name == scenario.expert_parallel.routing_strategy) return entry.make(scenario, state);
    available += (available.empty() ? "" : ", ") + std::string(name_of(entry.name));
  }
  throw input_error("/expert_parallel/routing_strategy",
                    std::string(name_of(scenario.expert_parallel.routing_strategy)) + " is not available yet",
                    "choose one of " + available);
}

/// Switch (Fedus et al. 2022, eq. 4-6): weight * E * sum of f_e P_e, f_e an expert's share of the selections
/// before dropping, over all devices. It is `weight` when both are uniform.
double auxiliary_loss(const Assignment& assignment, double weight, std::int64_t selections) {
  double sum = 0;
  for (std::size_t e = 0; e < assignment.wanted.size(); ++e)
    sum += static_cast<double>(assignment.wanted[e]) * assignment.routing.mean_probability[e];
  const double experts = assignment.routing.num_experts;
  return weight * experts * sum / static_cast<double>(std::max<std::int64_t>(1, selections));
}

void count_delivered(const TokenRouting& routing, RoutingReport& report) {
  report.expert_loads.resize(static_cast<std::size_t>(routing.num_experts));
  const auto top_k = static_cast<std::size_t>(routing.top_k);
  for (std::size_t first = 0; first < routing.expert.size(); first += top_k) {
    bool covered = false;
    for (std::size_t place = first; place < first + top_k; ++place) {
      const std::int32_t expert = routing.expert[place];
      if (expert == dropped_selection) continue;
      ++report.expert_loads[static_cast<std::size_t>(expert)];
      covered = true;
    }
    if (!covered) ++report.uncovered_tokens;
  }
}

RoutingReport report_of(const Assignment& assignment, const ExpertParallel& expert_parallel) {
  RoutingReport report;
  count_delivered(assignment.routing, report);
  const auto sum = [](const auto& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  };
  report.selections = sum(assignment.wanted);
  report.dropped_selections = report.selections - sum(report.expert_loads);
  report.capacity = assignment.capacity;
  if (!assignment.routing.mean_probability.empty())
    report.auxiliary_loss =
        auxiliary_loss(assignment, expert_parallel.auxiliary_loss_weight, report.selections);
  return report;
}

}  // namespace

RoutedTokens route(const Scenario& scenario, const RouterState& state) {
  RouterState next = state;
  const std::unique_ptr<Ranking> ranking = make_ranking(scenario, next);
  ++next.step;
  Assignment assignment = balance(scenario, *ranking);
  RoutingReport report = report_of(assignment, scenario.expert_parallel);
  return {std::move(assignment.routing), std::move(report), std::move(next)};
}

}  // namespace epsim
