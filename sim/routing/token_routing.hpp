// TokenRouting: which experts each token selects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>
#include "platforms/indexing.hpp"

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
    return {first_token[at(rank)], first_token[at(rank) + 1]};
  }
  [[nodiscard]] std::size_t selections_begin(std::int64_t token) const {
    return static_cast<std::size_t>(first_selection.empty() ? token * top_k : first_selection[at(token)]);
  }
  [[nodiscard]] std::span<const std::int32_t> experts_of(std::int64_t token) const {
    return std::span(expert).subspan(selections_begin(token),
                                     selections_begin(token + 1) - selections_begin(token));
  }
};

}  // namespace epsim
