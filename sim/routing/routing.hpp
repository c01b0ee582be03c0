// Routing: which experts each token selects. A strategy (sim/routing) ranks the experts for a token; load
// balancing (sim/balancing) decides what is finally assigned. Pure: what a step carries to the next goes
// in and comes out as RouterState, and the seed is in the scenario.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/scenario.hpp"

namespace epsim {

/// A selection that capacity removed.
inline constexpr std::int32_t dropped_selection = -1;

/// token -> (expert, weight)*. Tokens are numbered over all ranks, rank by rank: the tokens of rank r are
/// first_token[r] .. first_token[r + 1] - 1. Token t's selections stand at t * top_k .. t * top_k + top_k - 1
/// in ranking order; a dropped one has expert `dropped_selection` and keeps its place.
struct TokenRouting {
  int num_experts = 0;
  int top_k = 0;
  std::vector<std::int64_t> first_token;  ///< size ranks + 1
  std::vector<std::int32_t> expert;       ///< size tokens * top_k
  std::vector<float> weight;              ///< same size; combine weights, sum 1 per token before dropping
  /// Mean router probability of each expert (sum 1); empty when the strategy has no gate.
  std::vector<double> mean_probability;

  [[nodiscard]] std::int64_t tokens() const { return first_token.back(); }
  [[nodiscard]] int ranks() const { return static_cast<int>(first_token.size()) - 1; }
};

/// Loads and what the router reports about itself. Loads count delivered selections.
struct RoutingReport {
  std::vector<std::int64_t> expert_loads;  ///< per expert
  std::int64_t selections = 0;             ///< made, before dropping
  std::int64_t dropped_selections = 0;
  std::int64_t uncovered_tokens = 0;     ///< tokens without any delivered selection
  std::optional<double> auxiliary_loss;  ///< Switch: weight * E * sum f_i P_i; empty where there is no gate
  std::optional<std::int64_t>
      capacity;  ///< largest per (source device, expert); empty when nothing is limited
};

struct LearnedGate;

/// What one step hands to the next, for the same scenario.
struct RouterState {
  int step = 0;
  std::shared_ptr<const LearnedGate> gate;  ///< once made and calibrated; null: made when needed
};

struct RoutedTokens {
  TokenRouting routing;
  RoutingReport report;
  RouterState next;
};

/// Routes one step's tokens. Same scenario and state: same result, on every machine.
[[nodiscard]] RoutedTokens route(const Scenario& scenario, const RouterState& state);

}  // namespace epsim
