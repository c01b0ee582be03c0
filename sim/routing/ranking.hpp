// A Ranking is what a routing strategy thinks of the experts, token by token; load balancing
// (sim/balancing) decides what is assigned. It is made for one step and does not change.
//
// To add a strategy: one file that makes a Ranking, its declaration below, one row of the table in
// strategies.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "sim/matrix.hpp"
#include "sim/routing/router_state.hpp"
#include "sim/routing/token_routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Where the choices for all tokens go, token by token.
struct Choices {
  std::span<std::int32_t> expert;     ///< tokens * top_k, best first
  std::span<float> weight;            ///< combine weights, sum 1 per token
  std::span<double> probability_sum;  ///< per expert: the tokens' router probabilities are added
};

/// Takes a token's scores of all experts, higher is better.
using ScoreVisitor = std::function<void(std::int64_t token, std::span<const float> scores)>;

class Ranking {
 public:
  virtual ~Ranking() = default;

  /// Whether the scores, normalised to sum 1, are router probabilities.
  [[nodiscard]] virtual bool has_gate() const = 0;
  /// Whether combine weights follow the scores (which are then positive); else all are equal.
  [[nodiscard]] virtual bool weighs_by_score() const { return has_gate(); }
  /// Visits every token in order. The scores of a few tokens exist at a time.
  virtual void for_each_token(const ScoreVisitor& visit) const = 0;
  /// Each token's top_k experts by score + bias (per expert; empty: none), within the gate's groups; the
  /// weights follow the scores alone.
  virtual void choose(std::span<const float> bias, const Choices& choices) const = 0;
};

/// Chooses token by token from its scores: what `Ranking::choose` promises, for strategies that score.
class ScoreChooser {
 public:
  /// `rule` says top_k and the groups. Keeps the spans.
  ScoreChooser(const ExpertParallel& rule, const Ranking& ranking, std::span<const float> bias,
               const Choices& choices);
  /// Returns the chosen experts, best first.
  std::span<const std::int32_t> operator()(std::int64_t token, std::span<const float> scores);

 private:
  ExpertParallel rule_;
  bool has_gate_;
  bool weighs_by_score_;
  std::span<const float> bias_;
  Choices choices_;
  std::vector<float> biased_;
};

/// Adds a token's router probabilities, its scores normalised to sum 1.
void add_probabilities(std::span<const float> scores, std::span<double> sums);

/// Of the scenario's tokens: as TokenRouting::first_token.
[[nodiscard]] std::vector<std::int64_t> first_tokens(const Workload& workload);

/// By the scenario's routing_strategy; the state is that of the step's beginning.
[[nodiscard]] std::unique_ptr<Ranking> make_ranking(const Scenario& scenario, RouterState& state);

/// Makers take the step's state and keep in it what later steps need again.
[[nodiscard]] std::unique_ptr<Ranking> make_learned_gating(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_hash_based(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_random(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_load_based(const Scenario& scenario, RouterState& state);
[[nodiscard]] std::unique_ptr<Ranking> make_similarity_based(const Scenario& scenario, RouterState& state);
/// In place of learned_gating where the workload's trace has tokens.
[[nodiscard]] std::unique_ptr<Ranking> make_recorded(const Scenario& scenario, RouterState& state);

}  // namespace epsim
