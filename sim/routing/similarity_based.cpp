// similarity_based: a token goes to the experts whose centroids point most nearly the way its embedding does.
// Source: the cosine router of X-MoE (Chi et al. 2022, "On the Representation Collapse of Sparse Mixture of
// Experts"), without its learned temperature: score = (1 + cos(embedding, centroid)) / 2, in 0 .. 1. The
// centroids are fixed random directions, the embeddings those of the learned gate; popularity plays no part,
// so `skew` has no effect, and loads differ only as far as the directions crowd together.
#include <algorithm>
#include <cmath>
#include <utility>

#include "platforms/indexing.hpp"
#include "sim/routing/learned_gate.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

/// Turns products with unit centroids into scores, in place.
void normalise(std::span<const float> embedding, std::span<float> products) {
  double squares = 0;
  for (const float component : embedding)
    squares += static_cast<double>(component) * static_cast<double>(component);
  const auto scale = static_cast<float>(1 / std::max(std::sqrt(squares), 1e-30));
  constexpr float smallest = 1e-6F;  // opposite directions: weights are shares of positive scores
  for (float& product : products) product = std::max(smallest, 0.5F + 0.5F * std::min(product * scale, 1.0F));
}

class SimilarityRanking final : public Ranking {
 public:
  SimilarityRanking(const ExpertParallel& rule, LearnedGate centroids, std::uint64_t stream,
                    std::int64_t tokens)
      : rule_(rule), centroids_(std::move(centroids)), stream_(stream), tokens_(tokens) {
    rule_.expert_groups = rule_.kept_groups = 1;  // a gate's rule, and this is none
  }

  [[nodiscard]] bool has_gate() const override { return false; }
  [[nodiscard]] bool weighs_by_score() const override { return true; }

  void for_each_token(const ScoreVisitor& visit) const override {
    const auto dimension = at(centroids_.matrix.columns()) - 1;
    for (std::int64_t first = 0; first < tokens_; first += tokens_per_block) {
      const Matrix<float> embeddings = embedding_block(centroids_, stream_, first);
      Matrix<float> scores = logit_block(centroids_, embeddings);
      const auto count = static_cast<int>(std::min<std::int64_t>(tokens_per_block, tokens_ - first));
      for (int i = 0; i < count; ++i) {
        normalise(embeddings.row(i).first(dimension), scores.row(i));
        visit(first + i, scores.row(i));
      }
    }
  }

  void choose(std::span<const float> bias, const Choices& choices) const override {
    ScoreChooser chooser(rule_, *this, bias, choices);
    for_each_token([&](std::int64_t token, std::span<const float> scores) { chooser(token, scores); });
  }

 private:
  ExpertParallel rule_;
  LearnedGate centroids_;
  std::uint64_t stream_;
  std::int64_t tokens_;
};

}  // namespace

std::unique_ptr<Ranking> make_similarity_based(const Scenario& scenario, RouterState& state) {
  return std::make_unique<SimilarityRanking>(
      scenario.expert_parallel, make_unbiased_gate(scenario.expert_parallel, scenario.workload),
      embedding_stream(scenario.workload.seed, state.step), first_tokens(scenario.workload).back());
}

}  // namespace epsim
