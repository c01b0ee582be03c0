#include <algorithm>
#include <cmath>
#include <span>

#include "sim/balancing/balancing.hpp"

namespace epsim {

namespace {

/// Keeps the `capacity` best of the selections at `places` (in token order) and drops the others.
void drop_overflow(TokenRouting& routing, std::span<std::size_t> places, std::size_t capacity) {
  if (places.size() <= capacity) return;
  std::ranges::nth_element(places, places.begin() + static_cast<std::ptrdiff_t>(capacity),
                           [&](std::size_t a, std::size_t b) {
                             if (routing.weight[a] != routing.weight[b])
                               return routing.weight[a] > routing.weight[b];
                             return a < b;
                           });
  for (const std::size_t place : places.subspan(capacity)) routing.expert[place] = dropped_selection;
}

/// Applies the capacity to the tokens of one rank, expert by expert.
void drop_over_capacity(TokenRouting& routing, TokenRange tokens, std::int64_t capacity) {
  const auto first = static_cast<std::size_t>(tokens.first * routing.top_k);
  const auto last = static_cast<std::size_t>(tokens.last * routing.top_k);
  std::vector<std::vector<std::size_t>> places(static_cast<std::size_t>(routing.num_experts));
  for (std::size_t place = first; place < last; ++place)
    places[static_cast<std::size_t>(routing.expert[place])].push_back(place);
  for (std::vector<std::size_t>& of_expert : places)
    drop_overflow(routing, of_expert, static_cast<std::size_t>(capacity));
}

TokenRouting choose_all(const Scenario& scenario, const Ranking& ranking) {
  TokenRouting routing;
  routing.num_experts = scenario.expert_parallel.num_experts;
  routing.top_k = scenario.expert_parallel.top_k;
  routing.first_token = {0};
  for (const int tokens : scenario.workload.tokens_per_device)
    routing.first_token.push_back(routing.tokens() + tokens);
  const auto selections = static_cast<std::size_t>(routing.tokens() * routing.top_k);
  routing.expert.resize(selections);
  routing.weight.resize(selections);
  if (ranking.has_gate()) routing.mean_probability.resize(static_cast<std::size_t>(routing.num_experts));
  ranking.choose({0, routing.tokens()}, {routing.expert, routing.weight, routing.mean_probability});
  for (double& probability : routing.mean_probability)
    probability /= static_cast<double>(std::max<std::int64_t>(1, routing.tokens()));
  return routing;
}

}  // namespace

std::int64_t expert_capacity(const ExpertParallel& expert_parallel, std::int64_t tokens) {
  const double share = expert_parallel.capacity_factor * expert_parallel.top_k * static_cast<double>(tokens) /
                       expert_parallel.num_experts;
  return static_cast<std::int64_t>(std::ceil(share - 1e-9));  // 1.1 * 10 is 11, not 11.000000000000002
}

Assignment token_choice(const Scenario& scenario, const Ranking& ranking) {
  Assignment assignment{choose_all(scenario, ranking), {}, {}};
  TokenRouting& routing = assignment.routing;
  assignment.wanted.resize(static_cast<std::size_t>(routing.num_experts));
  for (const std::int32_t expert : routing.expert) ++assignment.wanted[static_cast<std::size_t>(expert)];
  if (!scenario.expert_parallel.drop_tokens) return assignment;

  assignment.capacity = 0;
  for (std::size_t rank = 0; rank + 1 < routing.first_token.size(); ++rank) {
    const TokenRange tokens{routing.first_token[rank], routing.first_token[rank + 1]};
    const std::int64_t capacity = expert_capacity(scenario.expert_parallel, tokens.last - tokens.first);
    drop_over_capacity(routing, tokens, capacity);
    assignment.capacity = std::max(*assignment.capacity, capacity);
  }
  return assignment;
}

}  // namespace epsim
