#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "platforms/indexing.hpp"
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
  const auto first = at(tokens.first * routing.top_k);
  const auto last = at(tokens.last * routing.top_k);
  std::vector<std::vector<std::size_t>> places(static_cast<std::size_t>(routing.num_experts));
  for (std::size_t place = first; place < last; ++place) places[at(routing.expert[place])].push_back(place);
  for (std::vector<std::size_t>& of_expert : places)
    drop_overflow(routing, of_expert, static_cast<std::size_t>(capacity));
}

/// Drops what is above each rank's capacity; returns the capacity of every rank.
std::vector<std::int64_t> apply_capacity(const ExpertParallel& expert_parallel, TokenRouting& routing) {
  std::vector<std::int64_t> capacities;
  for (int rank = 0; rank < routing.ranks(); ++rank) {
    const TokenRange tokens = routing.tokens_of(rank);
    capacities.push_back(expert_capacity(expert_parallel, tokens.last - tokens.first));
    drop_over_capacity(routing, tokens, capacities.back());
  }
  return capacities;
}

}  // namespace

std::int64_t expert_capacity(const ExpertParallel& expert_parallel, std::int64_t tokens) {
  const double share = expert_parallel.capacity_factor * expert_parallel.top_k * static_cast<double>(tokens) /
                       expert_parallel.num_experts;
  const auto capacity = static_cast<std::int64_t>(std::ceil(share - 1e-9));  // 1.1 * 10 is 11, not a bit more
  return std::max<std::int64_t>(capacity, expert_parallel.min_capacity);
}

Assignment token_choice(const Scenario& scenario, const Ranking& ranking, std::span<const float> bias) {
  const ExpertParallel& ep = scenario.expert_parallel;
  Assignment assignment{choose_all(scenario, ranking, bias), {}, {}};
  TokenRouting& routing = assignment.routing;
  assignment.wanted = count_experts(routing);
  if (ep.drop_tokens) {
    std::vector<std::int64_t> capacities = apply_capacity(ep, routing);
    assignment.capacity = std::ranges::max(capacities);
    if (ep.pad_to_capacity) routing.block = std::move(capacities);
  } else if (ep.pad_to_capacity) {
    assignment.capacity = pad_to_largest(routing);
  }
  return assignment;
}

}  // namespace epsim
