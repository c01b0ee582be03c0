#include "sim/balancing/balancing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/route.hpp"

namespace epsim {

namespace {

/// A ranking that says what a test wants it to.
class GivenChoices final : public Ranking {
 public:
  GivenChoices(std::vector<std::int32_t> expert, std::vector<float> weight)
      : expert_(std::move(expert)), weight_(std::move(weight)) {}
  [[nodiscard]] bool has_gate() const override { return false; }
  void for_each_token(const ScoreVisitor&) const override {}
  void choose(std::span<const float>, const Choices& choices) const override {
    std::ranges::copy(expert_, choices.expert.begin());
    std::ranges::copy(weight_, choices.weight.begin());
  }

 private:
  std::vector<std::int32_t> expert_;
  std::vector<float> weight_;
};

/// A ranking of given scores [token][expert]; ranks by score + bias.
class GivenScores final : public Ranking {
 public:
  GivenScores(ExpertParallel rule, std::vector<std::vector<float>> scores)
      : rule_(std::move(rule)), scores_(std::move(scores)) {}
  [[nodiscard]] bool has_gate() const override { return true; }
  void for_each_token(const ScoreVisitor& visit) const override {
    for (std::size_t token = 0; token < scores_.size(); ++token)
      visit(static_cast<std::int64_t>(token), scores_[token]);
  }
  void choose(std::span<const float> bias, const Choices& choices) const override {
    ScoreChooser chooser(rule_, *this, bias, choices);
    for_each_token([&](std::int64_t token, std::span<const float> scores) { chooser(token, scores); });
  }

 private:
  ExpertParallel rule_;
  std::vector<std::vector<float>> scores_;
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

TEST_CASE("the capacity is at least min_capacity") {
  ExpertParallel expert_parallel;  // 8 experts, top-2
  expert_parallel.capacity_factor = 1;
  expert_parallel.min_capacity = 4;
  CHECK(expert_capacity(expert_parallel, 4) == 4);  // ceil(2 * 4 / 8) = 1
  CHECK(expert_capacity(expert_parallel, 40) == 10);
}

TEST_CASE("padded blocks have the capacity of their rank or the largest count where nothing is dropped") {
  // Ranks of 2, 0 and 3 tokens; C = ceil(2 T / 4) = 1, 0 and 2.
  const GivenChoices ranking({0, 1, 0, 2, 0, 3, 0, 1, 0, 2}, std::vector<float>(10, 0.5F));
  Scenario scenario = dropping_scenario({2, 0, 3}, 1);
  scenario.expert_parallel.pad_to_capacity = true;
  CHECK(token_choice(scenario, ranking).routing.block == std::vector<std::int64_t>{1, 0, 2});
  scenario.expert_parallel.drop_tokens = false;
  const Assignment whole = token_choice(scenario, ranking);  // the last rank selects expert 0 three times
  CHECK(whole.routing.block == std::vector<std::int64_t>{3, 3, 3});
  CHECK(whole.capacity == 3);
  CHECK(std::ranges::count(whole.routing.expert, dropped_selection) == 0);
}

TEST_CASE("every expert takes its best tokens") {
  // C = ceil(1 * 1 * 4 / 2) = 2. Expert 0's best are tokens 0 and 1, expert 1's 0 and 2; nobody takes
  // token 3.
  Scenario scenario = dropping_scenario({3, 1}, 1);
  scenario.expert_parallel.num_experts = 2;
  scenario.expert_parallel.top_k = 1;
  const GivenScores ranking(scenario.expert_parallel,
                            {{0.9F, 0.3F}, {0.8F, 0.1F}, {0.1F, 0.2F}, {0.1F, 0.1F}});
  const Assignment assignment = expert_choice(scenario, ranking);
  const TokenRouting& routing = assignment.routing;
  CHECK(routing.first_selection == std::vector<std::int64_t>{0, 2, 3, 4, 4});
  CHECK(routing.expert == std::vector<std::int32_t>{0, 1, 0, 1});
  CHECK(routing.weight[0] == doctest::Approx(0.75).epsilon(1e-6));  // 0.9 / (0.9 + 0.3)
  CHECK(routing.weight[1] == doctest::Approx(0.25).epsilon(1e-6));
  CHECK(routing.weight[2] == 1);
  CHECK(assignment.capacity == 2);
  CHECK(assignment.wanted == std::vector<std::int64_t>{2, 2});
  // Shares 3/4 1/4, 8/9 1/9, 1/3 2/3, 1/2 1/2.
  CHECK(routing.mean_probability[0] == doctest::Approx((0.75 + 8.0 / 9 + 1.0 / 3 + 0.5) / 4).epsilon(1e-6));
}

TEST_CASE("of equal scores an expert takes the earlier tokens and never more than there are") {
  Scenario scenario = dropping_scenario({40}, 1);
  scenario.expert_parallel.num_experts = 2;
  scenario.expert_parallel.top_k = 1;
  const std::vector<std::vector<float>> equal(40, {0.5F, 0.5F});
  const TokenRouting half = expert_choice(scenario, GivenScores(scenario.expert_parallel, equal)).routing;
  CHECK(half.experts_of(19).size() == 2);
  CHECK(half.experts_of(20).empty());
  scenario.expert_parallel.capacity_factor = 100;
  const Assignment all = expert_choice(scenario, GivenScores(scenario.expert_parallel, equal));
  CHECK(all.capacity == 40);
  CHECK(all.routing.expert.size() == 80);
}

TEST_CASE("the report of expert choice counts tokens that nobody chose") {
  Scenario scenario = dropping_scenario(std::vector<int>(4, 64), 1);
  scenario.expert_parallel.load_balancing = LoadBalancing::expert_choice_based;
  scenario.expert_parallel.top_k = 1;
  const RoutedTokens routed = route(scenario, {});
  // Every expert takes exactly ceil(1 * 256 / 4) = 64 tokens.
  CHECK(routed.report.expert_loads == std::vector<std::int64_t>(4, 64));
  CHECK(routed.report.selections == 256);
  CHECK(routed.report.dropped_selections == 0);
  std::int64_t uncovered = 0;
  for (std::int64_t token = 0; token < 256; ++token) uncovered += routed.routing.experts_of(token).empty();
  CHECK(uncovered > 0);
  CHECK(routed.report.uncovered_tokens == uncovered);
  CHECK(*routed.report.auxiliary_loss > 0);
}

TEST_CASE("selections are dealt over devices and then over their experts") {
  // 2 devices of 2 experts: the turn is 0 2 1 3. The weights are the ranking's.
  Scenario scenario = dropping_scenario({2, 1}, 1);
  scenario.expert_parallel.expert_parallel_size = 2;
  const GivenChoices ranking({0, 1, 0, 1, 0, 1}, {0.6F, 0.4F, 0.9F, 0.1F, 0.7F, 0.3F});
  const Assignment assignment = round_robin(scenario, ranking);
  CHECK(assignment.routing.expert == std::vector<std::int32_t>{0, 2, 1, 3, 0, 2});
  CHECK(assignment.routing.weight[2] == 0.9F);
  CHECK(assignment.wanted == std::vector<std::int64_t>{2, 1, 2, 1});
  CHECK_FALSE(assignment.capacity.has_value());  // nothing is dropped, whatever the capacity
}

TEST_CASE("a selection bias moves choices and leaves weights alone") {
  Scenario scenario = dropping_scenario({1}, 1);
  scenario.expert_parallel.drop_tokens = false;
  const GivenScores ranking(scenario.expert_parallel, {{0.4F, 0.3F, 0.2F, 0.1F}});
  const std::vector<float> bias = {-0.35F, 0, 0, 0};
  const TokenRouting routing = token_choice(scenario, ranking, bias).routing;
  CHECK(routing.expert == std::vector<std::int32_t>{1, 2});
  CHECK(routing.weight[0] == doctest::Approx(0.6).epsilon(1e-6));
}

TEST_CASE("load_aware moves every bias by the rate towards the mean load") {
  Scenario scenario = dropping_scenario({64}, 1);
  scenario.expert_parallel.load_balancing = LoadBalancing::load_aware;
  scenario.expert_parallel.bias_update_rate = 0.25;
  scenario.workload.skew = 1;
  const RoutedTokens first = route(scenario, {});
  CHECK(first.report.dropped_selections > 0);  // the loads are those before dropping
  for (std::size_t e = 0; e < 4; ++e) {
    const std::int64_t load = first.report.expert_selections[e];  // mean 64 * 2 / 4 = 32
    CHECK(first.next.selection_bias[e] == (load < 32 ? 0.25 : load > 32 ? -0.25 : 0));
  }
  const RoutedTokens second = route(scenario, first.next);
  CHECK(std::abs(second.next.selection_bias[0] - first.next.selection_bias[0]) <= 0.25);
}

}  // namespace epsim
