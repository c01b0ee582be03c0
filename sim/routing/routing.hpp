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

/// Tokens first .. last - 1, numbered over all ranks.
struct TokenRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// token -> (expert, weight)*. Tokens are numbered over all ranks, rank by rank: the tokens of rank r are
/// first_token[r] .. first_token[r + 1] - 1. Token t's selections stand at selections_begin(t) ..
/// selections_begin(t + 1) - 1: top_k of them in ranking order, or, where experts choose, any number in the
/// order of the experts. A dropped one has expert `dropped_selection` and keeps its place.
struct TokenRouting {
  int num_experts = 0;
  int top_k = 0;
  std::vector<std::int64_t> first_token;  ///< size ranks + 1
  std::vector<std::int32_t> expert;       ///< per selection
  std::vector<float> weight;              ///< per selection; combine weights, sum 1 per token before dropping
  /// Mean router probability of each expert (sum 1); empty when the strategy has no gate.
  std::vector<double> mean_probability;
  std::vector<std::int64_t> first_selection = {};  ///< size tokens + 1; empty: every token has top_k
  /// With pad_to_capacity, per rank: the vectors that it sends to every expert, filled up with empty ones.
  std::vector<std::int64_t> block = {};

  [[nodiscard]] std::int64_t tokens() const { return first_token.back(); }
  [[nodiscard]] int ranks() const { return static_cast<int>(first_token.size()) - 1; }
  [[nodiscard]] TokenRange tokens_of(int rank) const {
    return {first_token[static_cast<std::size_t>(rank)], first_token[static_cast<std::size_t>(rank) + 1]};
  }
  [[nodiscard]] std::size_t selections_begin(std::int64_t token) const {
    return static_cast<std::size_t>(
        first_selection.empty() ? token * top_k : first_selection[static_cast<std::size_t>(token)]);
  }
  [[nodiscard]] std::span<const std::int32_t> experts_of(std::int64_t token) const {
    return std::span(expert).subspan(selections_begin(token),
                                     selections_begin(token + 1) - selections_begin(token));
  }
};

/// Loads and what the router reports about itself. Loads count delivered selections. The ledger closes: made
/// = delivered + dropped, for every expert and for every source rank.
struct RoutingReport {
  std::vector<std::int64_t> expert_loads;  ///< per expert
  std::int64_t selections = 0;             ///< made, before dropping
  std::int64_t dropped_selections = 0;
  std::int64_t uncovered_tokens = 0;     ///< tokens without any delivered selection
  std::optional<double> auxiliary_loss;  ///< Switch: weight * E * sum f_i P_i; empty where there is no gate
  /// Largest per (source device, expert); with expert choice an expert's over all devices; empty when nothing
  /// is limited.
  std::optional<std::int64_t> capacity;
  std::vector<std::int64_t> expert_selections = {};  ///< per expert: made, before dropping
  std::vector<std::int64_t> source_selections = {};  ///< per rank: made by its tokens
  std::vector<std::int64_t> source_dropped = {};     ///< per rank: of these, dropped
};

struct LearnedGate;

/// Which expert sits in which slot; an expert may sit in several. Slots are numbered device by device.
struct ExpertPlacement {
  int slots_per_device = 0;
  std::vector<std::int32_t> expert_of_slot = {};  ///< size ranks * slots_per_device

  [[nodiscard]] int slots() const { return static_cast<int>(expert_of_slot.size()); }
  [[nodiscard]] int rank_of_slot(int slot) const { return slot / slots_per_device; }
  bool operator==(const ExpertPlacement&) const = default;
};

/// What one step hands to the next, for the same scenario.
struct RouterState {
  int step = 0;
  /// Calibrated for the step before, without gate_bias; null: made when needed.
  std::shared_ptr<const LearnedGate> gate = nullptr;
  std::vector<double> log_popularity = {};  ///< with drift: per expert, standardised; empty: the first step's
  std::vector<double> gate_bias = {};       ///< auxiliary loss: per expert, added to the logits; empty: zeros
  std::vector<double> selection_bias = {};  ///< load_aware: per expert; empty: zeros
  std::optional<ExpertPlacement> placement = {};  ///< empty: the first one
  std::vector<double> average_load = {};          ///< dynamic: moving average per expert
  std::vector<double> assigned_load = {};         ///< load_based: decayed counts per expert; empty: zeros
};

struct RoutedTokens {
  TokenRouting routing;
  RoutingReport report;
  RouterState next;
};

/// Routes the tokens of step state.step. Same scenario and state: same result, on every machine.
[[nodiscard]] RoutedTokens route(const Scenario& scenario, const RouterState& state);

}  // namespace epsim
