#include "sim/routing/gate.hpp"
#include "platforms/indexing.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace epsim {

namespace {

/// The best chosen.size() of the candidates offered so far. They come in ascending id, so that a later one
/// must be strictly better.
class BestOf {
 public:
  BestOf(std::span<const float> scores, std::span<std::int32_t> chosen) : scores_(scores), chosen_(chosen) {}

  void offer(std::int32_t first, std::int32_t last) {
    for (std::int32_t id = first; id < last; ++id)
      if (score(id) > entry_score_) insert(id);
  }

 private:
  [[nodiscard]] float score(std::int32_t id) const { return scores_[at(id)]; }

  void insert(std::int32_t id) {
    if (count_ < chosen_.size()) ++count_;
    std::size_t place = count_ - 1;
    for (; place > 0 && score(id) > score(chosen_[place - 1]); --place) chosen_[place] = chosen_[place - 1];
    chosen_[place] = id;
    if (count_ == chosen_.size()) entry_score_ = score(chosen_[count_ - 1]);
  }

  std::span<const float> scores_;
  std::span<std::int32_t> chosen_;
  std::size_t count_ = 0;
  float entry_score_ = -std::numeric_limits<float>::infinity();  // to be beaten
};

/// Branch-free, since which scores are best is unpredictable; four lanes, since each step waits for the last.
float score_of_group(std::span<const float> scores, GroupScore rule) {
  constexpr float nothing = -std::numeric_limits<float>::infinity();
  std::array<float, 4> best{nothing, nothing, nothing, nothing};
  std::array<float, 4> second = best;
  const auto take = [&](std::size_t lane, float score) {
    second[lane] = std::max(second[lane], std::min(best[lane], score));
    best[lane] = std::max(best[lane], score);
  };
  for (std::size_t i = 0; i < scores.size(); ++i) take(i % 4, scores[i]);
  for (std::size_t lane = 1; lane < 4; ++lane) {
    take(0, best[lane]);
    take(0, second[lane]);
  }
  return rule == GroupScore::max || scores.size() == 1 ? best[0] : best[0] + second[0];
}

/// In ascending order.
std::vector<std::int32_t> kept_groups(std::span<const float> scores, const ExpertParallel& gate) {
  const std::size_t size = scores.size() / static_cast<std::size_t>(gate.expert_groups);
  std::vector<float> group_scores;
  group_scores.reserve(static_cast<std::size_t>(gate.expert_groups));
  for (std::size_t first = 0; first < scores.size(); first += size)
    group_scores.push_back(score_of_group(scores.subspan(first, size), gate.group_score));
  std::vector<std::int32_t> kept(static_cast<std::size_t>(gate.kept_groups));
  BestOf(group_scores, kept).offer(0, gate.expert_groups);
  std::ranges::sort(kept);
  return kept;
}

}  // namespace

// The values are one array to Eigen, in whole packets of 4: a remainder would go through the C library's exp,
// which is not the same on every processor. Eigen's own is arithmetic only.
void apply_gate(GateKind gate, Matrix<float>& logits) {
  float* const values = logits.row(0).data();
  const Eigen::Index count = Eigen::Index{logits.rows()} * logits.columns();
  Eigen::Map<Eigen::ArrayXf> all(values, count);
  if (gate == GateKind::sigmoid) {
    all = 1.0F / (1.0F + (-all).exp());
    return;
  }
  Eigen::Map<Eigen::ArrayXXf> by_token(values, logits.columns(), logits.rows());
  for (auto token : by_token.colwise()) token -= token.maxCoeff();
  all = all.exp();
  for (int t = 0; t < logits.rows(); ++t) by_token.col(t) *= 1.0F / sum_of(logits.row(t));
}

void select_experts(std::span<const float> scores, const ExpertParallel& gate,
                    std::span<std::int32_t> chosen) {
  BestOf best(scores, chosen);
  const auto experts = static_cast<std::int32_t>(scores.size());
  if (gate.kept_groups == gate.expert_groups) {
    best.offer(0, experts);
    return;
  }
  const std::int32_t size = experts / gate.expert_groups;
  for (const std::int32_t group : kept_groups(scores, gate)) best.offer(group * size, (group + 1) * size);
}

void combine_weights(std::span<const float> scores, std::span<const std::int32_t> chosen,
                     std::span<float> weight) {
  float sum = 0;
  for (const std::int32_t expert : chosen) sum += scores[at(expert)];
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    weight[i] = scores[at(chosen[i])] / sum;
  }
}

float sum_of(std::span<const float> values) {
  std::array<float, 4> sums{};
  for (std::size_t i = 0; i < values.size(); ++i) sums[i % 4] += values[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace epsim
