#include "sim/balancing/balancing.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>

namespace epsim {
namespace {

std::vector<float> as_floats(const std::vector<double>& values) {
  std::vector<float> floats;
  for (const double value : values) floats.push_back(static_cast<float>(value));
  return floats;
}

}  // namespace

Assignment balance(const Scenario& scenario, const Ranking& ranking, const RouterState& state) {
  switch (scenario.expert_parallel.load_balancing) {
    case LoadBalancing::expert_choice_based:
      return expert_choice(scenario, ranking);
    case LoadBalancing::round_robin:
      return round_robin(scenario, ranking);
    case LoadBalancing::load_aware:
      return token_choice(scenario, ranking, as_floats(state.selection_bias));
    case LoadBalancing::token_choice_based:
    case LoadBalancing::dynamic:  // the placement follows the load, not the choice
      break;
  }
  return token_choice(scenario, ranking);
}

TokenRouting choose_all(const Scenario& scenario, const Ranking& ranking, std::span<const float> bias) {
  TokenRouting routing;
  routing.num_experts = scenario.expert_parallel.num_experts;
  routing.top_k = scenario.expert_parallel.top_k;
  routing.first_token = first_tokens(scenario.workload);
  const auto selections = at(routing.tokens() * routing.top_k);
  routing.expert.resize(selections);
  routing.weight.resize(selections);
  if (ranking.has_gate()) routing.mean_probability.resize(static_cast<std::size_t>(routing.num_experts));
  ranking.choose(bias, {routing.expert, routing.weight, routing.mean_probability});
  for (double& probability : routing.mean_probability)
    probability /= static_cast<double>(std::max<std::int64_t>(1, routing.tokens()));
  return routing;
}

std::vector<std::int64_t> count_experts(const TokenRouting& routing) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(routing.num_experts));
  for (const std::int32_t expert : routing.expert)
    if (expert != dropped_selection) ++counts[at(expert)];
  return counts;
}

std::int64_t pad_to_largest(TokenRouting& routing) {
  std::int64_t largest = 0;
  std::vector<std::int64_t> counts;
  for (int rank = 0; rank < routing.ranks(); ++rank) {
    const TokenRange tokens = routing.tokens_of(rank);
    counts.assign(static_cast<std::size_t>(routing.num_experts), 0);
    for (std::int64_t token = tokens.first; token < tokens.last; ++token)
      for (const std::int32_t expert : routing.experts_of(token))
        if (expert != dropped_selection) ++counts[at(expert)];
    largest = std::max(largest, std::ranges::max(counts));
  }
  routing.block.assign(static_cast<std::size_t>(routing.ranks()), largest);
  return largest;
}

}  // namespace epsim
