#include "sim/routing/gate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace epsim {

namespace {

ExpertParallel gate_of(int groups, int kept, GroupScore group_score) {
  ExpertParallel gate;
  gate.expert_groups = groups;
  gate.kept_groups = kept;
  gate.group_score = group_score;
  return gate;
}

std::vector<std::int32_t> selected(const std::vector<float>& scores, int top_k, const ExpertParallel& gate) {
  std::vector<std::int32_t> chosen(static_cast<std::size_t>(top_k));
  select_experts(scores, gate, chosen);
  return chosen;
}

const ExpertParallel no_groups = gate_of(1, 1, GroupScore::max);

/// Four groups of two. Sums of the two best: 1, 1.125, 0.875, 1; the best: 0.875, 0.625, 0.75, 0.5.
const std::vector<float> grouped_scores{0.875F, 0.125F, 0.625F, 0.5F, 0.75F, 0.125F, 0.5F, 0.5F};

Matrix<float> logits_of(const std::vector<double>& odds) {
  Matrix<float> logits(1, static_cast<int>(odds.size()));
  std::ranges::transform(odds, logits.row(0).begin(),
                         [](double o) { return static_cast<float>(std::log(o)); });
  return logits;
}

}  // namespace

TEST_CASE("softmax scores are the shares of the exponentials") {
  Matrix<float> logits = logits_of({1, 2, 3, 2});
  apply_gate(GateKind::softmax, logits);
  CHECK(logits(0, 0) == doctest::Approx(0.125));
  CHECK(logits(0, 1) == doctest::Approx(0.25));
  CHECK(logits(0, 2) == doctest::Approx(0.375));
  CHECK(logits(0, 3) == doctest::Approx(0.25));
}

TEST_CASE("softmax survives large logits and keeps tokens apart") {
  Matrix<float> logits(2, 2);
  logits(0, 0) = 500;
  logits(0, 1) = 500;
  logits(1, 0) = -500;
  logits(1, 1) = -500 + static_cast<float>(std::log(3.0));
  apply_gate(GateKind::softmax, logits);
  CHECK(logits(0, 0) == 0.5F);
  CHECK(logits(1, 1) == doctest::Approx(0.75).epsilon(1e-4));
}

TEST_CASE("sigmoid scores are each expert's own probability") {
  Matrix<float> logits = logits_of({1, 3, 1.0 / 3, 7});  // sigmoid(log odds) = odds / (1 + odds)
  apply_gate(GateKind::sigmoid, logits);
  CHECK(logits(0, 0) == doctest::Approx(0.5));
  CHECK(logits(0, 1) == doctest::Approx(0.75));
  CHECK(logits(0, 2) == doctest::Approx(0.25));
  CHECK(logits(0, 3) == doctest::Approx(0.875));
}

TEST_CASE("the top k come best first and ties go to the lower expert") {
  CHECK(selected({0.1F, 0.4F, 0.2F, 0.3F}, 3, no_groups) == std::vector<std::int32_t>{1, 3, 2});
  CHECK(selected({0.25F, 0.5F, 0.25F, 0.5F, 0.25F}, 3, no_groups) == std::vector<std::int32_t>{1, 3, 0});
  CHECK(selected({0.25F, 0.25F}, 2, no_groups) == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("groups scored by their two best as in DeepSeek-V3") {
  // Kept: group 1 (1.125) and, of the tie at 1, the lower group 0.
  CHECK(selected(grouped_scores, 3, gate_of(4, 2, GroupScore::top2_sum)) ==
        std::vector<std::int32_t>{0, 2, 3});
}

TEST_CASE("groups scored by their best as in DeepSeek-V2") {
  // Kept: groups 0 and 2; experts 1 and 5 tie at 0.125.
  CHECK(selected(grouped_scores, 3, gate_of(4, 2, GroupScore::max)) == std::vector<std::int32_t>{0, 4, 1});
}

TEST_CASE("a group's two best are found wherever they stand") {
  // Two groups of six; the pair that wins the sum stands at every pair of places in turn.
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = a + 1; b < 6; ++b) {
      std::vector<float> scores(12, 0.125F);
      scores[0] = 0.875F;  // best score, but 0.875 + 0.125 < 0.625 + 0.5
      scores[6 + a] = 0.5F;
      scores[6 + b] = 0.625F;
      const auto first = static_cast<std::int32_t>(6 + a);
      const auto second = static_cast<std::int32_t>(6 + b);
      CHECK(selected(scores, 2, gate_of(2, 1, GroupScore::top2_sum)) ==
            std::vector<std::int32_t>{second, first});
      CHECK(selected(scores, 2, gate_of(2, 1, GroupScore::max)) == std::vector<std::int32_t>{0, 1});
    }
  }
}

TEST_CASE("keeping all groups is no limit") {
  CHECK(selected(grouped_scores, 4, gate_of(4, 4, GroupScore::top2_sum)) ==
        selected(grouped_scores, 4, no_groups));
}

TEST_CASE("combine weights are the chosen scores over their sum") {
  // 0.875 + 0.625 + 0.5 = 2
  const std::vector<std::int32_t> chosen{0, 2, 3};
  std::vector<float> weight(3);
  combine_weights(grouped_scores, chosen, weight);
  CHECK(weight == std::vector<float>{0.4375F, 0.3125F, 0.25F});
}

TEST_CASE("the sum counts every value") {
  CHECK(sum_of(std::vector<float>{1, 2, 4, 8, 16, 32}) == 63);
  CHECK(sum_of(std::vector<float>{}) == 0);
}

TEST_CASE("biased scores may be negative and groups of one expert have their score") {
  const std::vector<float> negative = {-4, -2, -3, -1};
  CHECK(selected(negative, 2, no_groups) == std::vector<std::int32_t>{3, 1});
  // Pairs: the sums of the two best are -6 and -4.
  CHECK(selected(negative, 2, gate_of(2, 1, GroupScore::top2_sum)) == std::vector<std::int32_t>{3, 2});
  CHECK(selected(negative, 2, gate_of(4, 2, GroupScore::top2_sum)) == std::vector<std::int32_t>{3, 1});
}

}  // namespace epsim
