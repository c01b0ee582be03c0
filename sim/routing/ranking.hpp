// A Ranking is what a routing strategy thinks of the experts, token by token; load balancing
// (sim/balancing) decides what is assigned. It is made for one step and does not change.
//
// To add a strategy: one file that makes a Ranking, its declaration below, one line of the table in
// routing.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sim/matrix.hpp"
#include "sim/routing/routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Tokens first .. last - 1, numbered over all ranks.
struct TokenRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Where the choices for a range of tokens go, token by token.
struct Choices {
  std::span<std::int32_t> expert;     ///< tokens * top_k, best first
  std::span<float> weight;            ///< combine weights, sum 1 per token
  std::span<double> probability_sum;  ///< per expert: the tokens' router probabilities are added
};

class Ranking {
 public:
  virtual ~Ranking() = default;

  /// Whether there are router probabilities.
  [[nodiscard]] virtual bool has_gate() const = 0;
  /// Scores [token of the range][expert], higher is better; for ranges that fit in memory.
  [[nodiscard]] virtual Matrix<float> score(TokenRange tokens) const = 0;
  /// Each token's top_k experts: what `score` says (within the gate's groups), in bounded memory.
  virtual void choose(TokenRange tokens, const Choices& choices) const = 0;
};

/// Makers take the step's state and keep in it what later steps need again.
[[nodiscard]] std::unique_ptr<Ranking> make_learned_gating(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_hash_based(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_random(const Scenario& scenario, RouterState& state);

}  // namespace epsim
