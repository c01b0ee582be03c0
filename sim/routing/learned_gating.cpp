// learned_gating: token embeddings x gate matrix, in blocks of tokens so that tokens x experts never exists
// at once. A token's result depends on the seed, the step and its number, not on the block it is in.
#include <algorithm>
#include <utility>
#include <vector>

#include "sim/routing/gate.hpp"
#include "sim/routing/learned_gate.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

class LearnedGating final : public Ranking {
 public:
  LearnedGating(std::shared_ptr<const LearnedGate> gate, std::uint64_t stream)
      : gate_(std::move(gate)), stream_(stream) {}

  [[nodiscard]] bool has_gate() const override { return true; }

  [[nodiscard]] Matrix<float> score(TokenRange tokens) const override {
    Matrix<float> scores(static_cast<int>(tokens.last - tokens.first), gate_->rule.num_experts);
    for_each_token(tokens, [&](std::size_t i, std::span<const float> token_scores) {
      std::ranges::copy(token_scores, scores.row(static_cast<int>(i)).begin());
    });
    return scores;
  }

  void choose(TokenRange tokens, const Choices& choices) const override {
    const auto top_k = static_cast<std::size_t>(gate_->rule.top_k);
    for_each_token(tokens, [&](std::size_t i, std::span<const float> scores) {
      const std::span<std::int32_t> chosen = choices.expert.subspan(i * top_k, top_k);
      select_experts(scores, gate_->rule, chosen);
      combine_weights(scores, chosen, choices.weight.subspan(i * top_k, top_k));
      const float scale = 1.0F / sum_of(scores);
      for (std::size_t e = 0; e < scores.size(); ++e)
        choices.probability_sum[e] += static_cast<double>(scores[e] * scale);
    });
  }

 private:
  /// body(index in the range, scores over the experts)
  template <class Body>
  void for_each_token(TokenRange tokens, const Body& body) const {
    for (std::int64_t first = tokens.first; first < tokens.last; first += tokens_per_block) {
      const Matrix<float> scores = score_block(*gate_, stream_, first);
      const auto count = static_cast<int>(std::min<std::int64_t>(tokens_per_block, tokens.last - first));
      for (int i = 0; i < count; ++i) body(static_cast<std::size_t>(first - tokens.first + i), scores.row(i));
    }
  }

  std::shared_ptr<const LearnedGate> gate_;
  std::uint64_t stream_;
};

}  // namespace

std::unique_ptr<Ranking> make_learned_gating(const Scenario& scenario, RouterState& state) {
  if (!state.gate)
    state.gate =
        std::make_shared<LearnedGate>(make_learned_gate(scenario.expert_parallel, scenario.workload));
  return std::make_unique<LearnedGating>(state.gate, embedding_stream(scenario.workload.seed, state.step));
}

}  // namespace epsim
