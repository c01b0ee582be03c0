// Load balancing: what is finally assigned, from a strategy's ranking. A balancing asks the ranking for
// choices or scores and returns the routing with what it knows about it.
//
// To add one: one file, its declaration below, one line of the switch in balancing.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/routing/ranking.hpp"
#include "sim/routing/router_state.hpp"
#include "sim/routing/token_routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct Assignment {
  TokenRouting routing;
  std::vector<std::int64_t> wanted;      ///< per expert: selections before dropping
  std::optional<std::int64_t> capacity;  ///< as RoutingReport::capacity
};

/// By the scenario's load_balancing; `state` is that of the step's beginning.
[[nodiscard]] Assignment balance(const Scenario& scenario, const Ranking& ranking, const RouterState& state);

/// top_k as ranked, `bias` (per expert; empty: none) added to the scores for selection alone. With
/// drop_tokens each (source rank, expert) keeps its highest-weighted selections up to the capacity; of equal
/// weights the later token's is dropped. The weights that remain stay as they are. With pad_to_capacity every
/// (source rank, expert) sends a block of the capacity, or, where nothing is dropped, of the largest count of
/// any. Source: GShard (Lepikhin et al. 2020), Switch (Fedus et al. 2022); DeepSpeed and Tutel for the block
/// without dropping.
[[nodiscard]] Assignment token_choice(const Scenario& scenario, const Ranking& ranking,
                                      std::span<const float> bias = {});

/// Each expert takes its C best tokens over all devices, C = ceil(capacity_factor * top_k * tokens /
/// num_experts) (at least min_capacity, at most all); of equal scores the earlier token. A token may be taken
/// by none or by many; its weights are their scores normalised to sum 1. Source: Zhou et al. 2022,
/// "Mixture-of-Experts with Expert Choice Routing", where the weights are the scores themselves.
[[nodiscard]] Assignment expert_choice(const Scenario& scenario, const Ranking& ranking);

/// Selections are dealt over experts in turn, device first: selection n = token * top_k + place goes to
/// device n mod P, there to expert (n / P) mod S (P devices of S experts). So a token's selections go to
/// different devices when P >= top_k, and neither the experts' loads nor the devices' differ by more than
/// one. The ranking supplies the weights alone; the capacity is ignored.
[[nodiscard]] Assignment round_robin(const Scenario& scenario, const Ranking& ranking);

/// Capacity of each expert for one source rank:
/// max(min_capacity, ceil(capacity_factor * top_k * tokens / num_experts)).
[[nodiscard]] std::int64_t expert_capacity(const ExpertParallel& expert_parallel, std::int64_t tokens);

/// The ranking's choices for all tokens, as they are.
[[nodiscard]] TokenRouting choose_all(const Scenario& scenario, const Ranking& ranking,
                                      std::span<const float> bias);

/// Selections per expert; dropped ones count nowhere.
[[nodiscard]] std::vector<std::int64_t> count_experts(const TokenRouting& routing);

/// Makes every rank's block the largest count of any (source rank, expert), and returns it.
std::int64_t pad_to_largest(TokenRouting& routing);

}  // namespace epsim
