// Load balancing: what is finally assigned, from a strategy's ranking. A balancing asks the ranking for
// choices or scores and returns the routing with what it knows about it.
//
// To add one: one file, its declaration below, one line of the table in balancing.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/routing/ranking.hpp"
#include "sim/routing/routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct Assignment {
  TokenRouting routing;
  std::vector<std::int64_t> wanted;      ///< per expert: selections before dropping
  std::optional<std::int64_t> capacity;  ///< as RoutingReport::capacity
};

/// By the scenario's load_balancing. Throws Error (input) for one that is not available.
[[nodiscard]] Assignment balance(const Scenario& scenario, const Ranking& ranking);

/// top_k as ranked. With drop_tokens each (source rank, expert) keeps its highest-weighted selections up to
/// the capacity; of equal weights the later token's is dropped. The weights that remain stay as they are.
[[nodiscard]] Assignment token_choice(const Scenario& scenario, const Ranking& ranking);

/// Capacity of each expert for one source rank: ceil(capacity_factor * top_k * tokens / num_experts).
[[nodiscard]] std::int64_t expert_capacity(const ExpertParallel& expert_parallel, std::int64_t tokens);

}  // namespace epsim
