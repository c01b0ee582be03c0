#include "sim/balancing/balancing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "sim/routing/routing.hpp"

namespace epsim {

namespace {

/// A ranking that says what a test wants it to.
class GivenChoices final : public Ranking {
 public:
  GivenChoices(std::vector<std::int32_t> expert, std::vector<float> weight)
      : expert_(std::move(expert)), weight_(std::move(weight)) {}
  [[nodiscard]] bool has_gate() const override { return false; }
  [[nodiscard]] Matrix<float> score(TokenRange) const override { return {}; }
  void choose(TokenRange, const Choices& choices) const override {
    std::ranges::copy(expert_, choices.expert.begin());
    std::ranges::copy(weight_, choices.weight.begin());
  }

 private:
  std::vector<std::int32_t> expert_;
  std::vector<float> weight_;
};

Scenario dropping_scenario(std::vector<int> tokens, double capacity_factor) {
  Scenario scenario;
  scenario.expert_parallel.num_experts = 4;
  scenario.expert_parallel.top_k = 2;
  scenario.expert_parallel.drop_tokens = true;
  scenario.expert_parallel.capacity_factor = capacity_factor;
  scenario.workload.tokens_per_device = std::move(tokens);
  return scenario;
}

constexpr std::int32_t x = dropped_selection;

}  // namespace

TEST_CASE("capacity is the rounded-up share of one source rank") {
  ExpertParallel expert_parallel;
  expert_parallel.num_experts = 8;
  expert_parallel.top_k = 2;
  expert_parallel.capacity_factor = 1.25;
  CHECK(expert_capacity(expert_parallel, 64) == 20);
  CHECK(expert_capacity(expert_parallel, 65) == 21);  // 20.3125
  CHECK(expert_capacity(expert_parallel, 1) == 1);
  CHECK(expert_capacity(expert_parallel, 0) == 0);
  expert_parallel.capacity_factor = 1.1;  // 1.1 * 2 * 40 / 8 = 11, though not in binary
  CHECK(expert_capacity(expert_parallel, 40) == 11);
}

TEST_CASE("the lowest weights of an overflowing expert are dropped") {
  // C = ceil(1 * 2 * 4 / 4) = 2. Expert 0 is wanted by all four tokens, with 0.6, 0.9, 0.3, 0.8; expert 1 by
  // tokens 0 and 1.
  const GivenChoices ranking({0, 1, 0, 1, 2, 0, 0, 3}, {0.6F, 0.4F, 0.9F, 0.1F, 0.7F, 0.3F, 0.8F, 0.2F});
  const Assignment assignment = token_choice(dropping_scenario({4}, 1), ranking);
  CHECK(assignment.routing.expert == std::vector<std::int32_t>{x, 1, 0, 1, 2, x, 0, 3});
  CHECK(assignment.routing.weight[2] == 0.9F);
  CHECK(assignment.wanted == std::vector<std::int64_t>{4, 2, 1, 1});
  CHECK(assignment.capacity == 2);
}

TEST_CASE("of equal weights the later token is dropped") {
  const GivenChoices ranking({0, 1, 0, 1, 0, 2, 0, 3}, std::vector<float>(8, 0.5F));
  const Assignment assignment = token_choice(dropping_scenario({4}, 1), ranking);
  CHECK(assignment.routing.expert == std::vector<std::int32_t>{0, 1, 0, 1, x, 2, x, 3});
}

TEST_CASE("every source rank has its own capacity") {
  // Rank 0 has 2 tokens, rank 2 has 3: C = ceil(2 T / 4) = 1 and 2. All five want expert 0.
  const GivenChoices ranking({0, 1, 0, 2, 0, 3, 0, 1, 0, 2}, std::vector<float>(10, 0.5F));
  const Assignment assignment = token_choice(dropping_scenario({2, 0, 3}, 1), ranking);
  CHECK(assignment.routing.expert == std::vector<std::int32_t>{0, 1, x, 2, 0, 3, 0, 1, x, 2});
  CHECK(assignment.capacity == 2);
}

TEST_CASE("without dropping nothing is limited") {
  const GivenChoices ranking({0, 1, 0, 1, 0, 2, 0, 3}, std::vector<float>(8, 0.5F));
  Scenario scenario = dropping_scenario({4}, 1);
  scenario.expert_parallel.drop_tokens = false;
  const Assignment assignment = token_choice(scenario, ranking);
  CHECK(assignment.routing.expert == std::vector<std::int32_t>{0, 1, 0, 1, 0, 2, 0, 3});
  CHECK_FALSE(assignment.capacity.has_value());
}

TEST_CASE("selections are delivered or dropped and tokens without any are uncovered") {
  // One token per rank and capacity factor 0 would round to nothing: all selections are dropped.
  Scenario scenario = dropping_scenario({5, 7}, 0);
  scenario.expert_parallel.routing_strategy = RoutingStrategy::random;
  const RoutingReport nothing = route(scenario, {}).report;
  CHECK(nothing.selections == 24);
  CHECK(nothing.dropped_selections == 24);
  CHECK(nothing.uncovered_tokens == 12);

  scenario.expert_parallel.capacity_factor = 1;
  scenario.workload.tokens_per_device = {50, 70};
  const RoutedTokens some = route(scenario, {});
  const auto in_place = std::ranges::count(some.routing.expert, dropped_selection);
  std::int64_t delivered = 0;
  for (const std::int64_t load : some.report.expert_loads) delivered += load;
  CHECK(some.report.dropped_selections > 0);
  CHECK(some.report.dropped_selections == in_place);
  CHECK(some.report.selections == delivered + some.report.dropped_selections);
  CHECK(*std::ranges::max_element(some.report.expert_loads) <= 25 + 35);
}

}  // namespace epsim
