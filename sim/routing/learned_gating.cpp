// learned_gating: token embeddings x gate matrix, in blocks of tokens so that tokens x experts never exists
// at once. A token's result depends on the seed, the step and its number, not on the block it is in.
#include <algorithm>
#include <utility>

#include "sim/random.hpp"
#include "sim/routing/learned_gate.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

class LearnedGating final : public Ranking {
 public:
  LearnedGating(std::shared_ptr<const LearnedGate> gate, std::uint64_t stream, std::int64_t tokens)
      : gate_(std::move(gate)), stream_(stream), tokens_(tokens) {}

  [[nodiscard]] bool has_gate() const override { return true; }

  void for_each_token(const ScoreVisitor& visit) const override { visit_blocks(visit); }

  void choose(std::span<const float> bias, const Choices& choices) const override {
    ScoreChooser chooser(gate_->rule, *this, bias, choices);
    visit_blocks([&](std::int64_t token, std::span<const float> scores) { chooser(token, scores); });
  }

 private:
  template <class Visitor>
  void visit_blocks(const Visitor& visit) const {
    for (std::int64_t first = 0; first < tokens_; first += tokens_per_block) {
      const Matrix<float> scores = score_block(*gate_, stream_, first);
      const auto count = static_cast<int>(std::min<std::int64_t>(tokens_per_block, tokens_ - first));
      for (int i = 0; i < count; ++i) visit(first + i, scores.row(i));
    }
  }

  std::shared_ptr<const LearnedGate> gate_;
  std::uint64_t stream_;
  std::int64_t tokens_;
};

/// Makes the step's gate from the last step's, or from nothing.
void follow_popularity(const Scenario& scenario, RouterState& state) {
  const ExpertParallel& rule = scenario.expert_parallel;
  const Workload& workload = scenario.workload;
  if (state.log_popularity.empty()) state.log_popularity = first_log_popularity(rule, workload);
  const std::vector<double> shares = target_shares(rule, workload, state.log_popularity);
  if (!state.gate) state.gate = std::make_shared<LearnedGate>(make_learned_gate(rule, workload, shares));
  if (state.step == 0 || workload.drift == 0) return;
  state.log_popularity = drifted(state.log_popularity, workload, state.step);
  const auto seed = mix_seed({workload.seed, static_cast<std::uint64_t>(state.step)});
  state.gate = std::make_shared<LearnedGate>(
      recalibrated(*state.gate, shares, target_shares(rule, workload, state.log_popularity), seed));
}

}  // namespace

std::unique_ptr<Ranking> make_learned_gating(const Scenario& scenario, RouterState& state) {
  follow_popularity(scenario, state);
  const auto gate = state.gate_bias.empty()
                        ? state.gate
                        : std::make_shared<const LearnedGate>(biased(*state.gate, state.gate_bias));
  return std::make_unique<LearnedGating>(gate, embedding_stream(scenario.workload.seed, state.step),
                                         first_tokens(scenario.workload).back());
}

}  // namespace epsim
