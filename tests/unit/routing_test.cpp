#include "sim/route.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/routing/gate.hpp"
#include "sim/routing/learned_gate.hpp"
#include "sim/routing/ranking.hpp"
#include "tests/support/routing.hpp"

namespace epsim {

namespace {

Scenario deepseek_v3_gate(std::vector<int> tokens) {
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 256, 8, std::move(tokens));
  scenario.expert_parallel.gate = GateKind::sigmoid;
  scenario.expert_parallel.expert_groups = 8;
  scenario.expert_parallel.kept_groups = 4;
  return scenario;
}

void check_distinct(const TokenRouting& routing) {
  for (std::int64_t token = 0; token < routing.tokens(); ++token) {
    const auto experts = routing.experts_of(token);
    const std::set<std::int32_t> distinct(experts.begin(), experts.end());
    REQUIRE(distinct.size() == experts.size());
    REQUIRE(*distinct.begin() >= 0);
    REQUIRE(*distinct.rbegin() < routing.num_experts);
  }
}

std::vector<double> targets_of(const Scenario& scenario) {
  return target_shares(scenario.expert_parallel, scenario.workload,
                       first_log_popularity(scenario.expert_parallel, scenario.workload));
}

}  // namespace

TEST_CASE("tokens are numbered rank by rank") {
  const RoutedTokens routed = route(scenario_of(RoutingStrategy::random, 8, 2, {3, 0, 4}), {});
  CHECK(routed.routing.first_token == std::vector<std::int64_t>{0, 3, 3, 7});
  CHECK(routed.routing.ranks() == 3);
  CHECK(routed.routing.tokens() == 7);
  CHECK(routed.routing.expert.size() == 14);
  CHECK(routed.report.selections == 14);
  CHECK(routed.next.step == 1);
}

TEST_CASE("hash and random routing choose distinct experts uniformly with equal weights") {
  for (const RoutingStrategy strategy : {RoutingStrategy::hash_based, RoutingStrategy::random}) {
    const RoutedTokens routed = route(scenario_of(strategy, 64, 6, {20000}), {});
    check_distinct(routed.routing);
    CHECK(std::ranges::all_of(routed.routing.weight, [](float weight) { return weight == 1.0F / 6; }));
    CHECK(routed.routing.mean_probability.empty());
    CHECK_FALSE(routed.report.auxiliary_loss.has_value());
    // Chi-square over 64 experts: 63 degrees of freedom times (1 - k/E) for draws without replacement, so
    // 57 +- 10.2; within four standard deviations.
    const double expected = 20000.0 * 6 / 64;
    double chi_square = 0;
    for (const std::int64_t load : routed.report.expert_loads)
      chi_square += std::pow(static_cast<double>(load) - expected, 2) / expected;
    CHECK(std::abs(chi_square - 57) < 41);
  }
}

TEST_CASE("hash and random routing choose pairs of experts uniformly") {
  for (const RoutingStrategy strategy : {RoutingStrategy::hash_based, RoutingStrategy::random}) {
    const TokenRouting routing = route(scenario_of(strategy, 5, 2, {40000}), {}).routing;
    Matrix<int> ordered_pairs(5, 5);
    for (std::int64_t token = 0; token < routing.tokens(); ++token)
      ++ordered_pairs(routing.experts_of(token)[0], routing.experts_of(token)[1]);
    double chi_square = 0;  // 20 pairs of 2,000: 19 +- 6.2, within four standard deviations
    for (int a = 0; a < 5; ++a)
      for (int b = 0; b < 5; ++b)
        if (a != b) chi_square += std::pow(ordered_pairs(a, b) - 2000.0, 2) / 2000;
    CHECK(std::abs(chi_square - 19) < 25);
  }
}

TEST_CASE("a hash knows the token and the step but not the seed") {
  Scenario hash = scenario_of(RoutingStrategy::hash_based, 32, 4, {100});
  Scenario random = scenario_of(RoutingStrategy::random, 32, 4, {100});
  const TokenRouting first_hash = route(hash, {}).routing;
  const TokenRouting first_random = route(random, {}).routing;
  CHECK(route(hash, {.step = 1}).routing.expert != first_hash.expert);
  CHECK(route(random, {.step = 1}).routing.expert != first_random.expert);
  hash.workload.seed = 2;
  random.workload.seed = 2;
  CHECK(route(hash, {}).routing.expert == first_hash.expert);
  CHECK(route(random, {}).routing.expert != first_random.expert);
}

TEST_CASE("the learned gate's weights fall along the ranking and sum to one") {
  for (const GateKind gate : {GateKind::softmax, GateKind::sigmoid}) {
    Scenario scenario = deepseek_v3_gate({300, 77});
    scenario.expert_parallel.gate = gate;
    const TokenRouting routing = route(scenario, {}).routing;
    check_distinct(routing);
    for (std::size_t first = 0; first < routing.weight.size(); first += 8) {
      const std::span<const float> weight = std::span(routing.weight).subspan(first, 8);
      REQUIRE(sum_of(weight) == doctest::Approx(1).epsilon(1e-6));
      REQUIRE(std::ranges::is_sorted(weight, std::greater<>()));
    }
    CHECK(std::accumulate(routing.mean_probability.begin(), routing.mean_probability.end(), 0.0) ==
          doctest::Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("the same tokens are routed the same way on every machine") {
  Scenario scenario = deepseek_v3_gate({2});
  using Experts = std::vector<std::int32_t>;
  CHECK(route(scenario, {}).routing.expert ==
        Experts{70, 167, 1, 9, 51, 55, 84, 95, 143, 24, 161, 146, 234, 148, 186, 177});
  scenario.expert_parallel.routing_strategy = RoutingStrategy::hash_based;
  CHECK(route(scenario, {}).routing.expert ==
        Experts{33, 13, 172, 177, 77, 186, 84, 137, 217, 48, 117, 255, 123, 83, 199, 165});
  scenario.expert_parallel.routing_strategy = RoutingStrategy::random;
  CHECK(route(scenario, {}).routing.expert ==
        Experts{52, 232, 233, 73, 142, 218, 188, 1, 227, 223, 179, 118, 1, 249, 187, 65});
}

TEST_CASE("a token selects from the kept groups alone") {
  const TokenRouting routing = route(deepseek_v3_gate({500}), {}).routing;
  std::size_t most = 0;
  for (std::int64_t token = 0; token < routing.tokens(); ++token) {
    std::set<std::int32_t> groups;
    for (const std::int32_t expert : routing.experts_of(token)) groups.insert(expert / 32);
    most = std::max(most, groups.size());
  }
  CHECK(most == 4);
}

TEST_CASE("a learned choice does not depend on the split into ranks") {
  const TokenRouting split = route(deepseek_v3_gate({300, 77}), {}).routing;
  const TokenRouting whole = route(deepseek_v3_gate({377}), {}).routing;
  CHECK(split.expert == whole.expert);
  CHECK(split.weight == whole.weight);
}

TEST_CASE("choices follow the scores and weights are shares of them") {
  const Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 10, 3, {131, 69});
  std::vector<float> bias(10);
  bias[4] = 2;
  for (const auto make :
       {make_learned_gating, make_hash_based, make_random, make_load_based, make_similarity_based}) {
    RouterState state;
    const auto ranking = make(scenario, state);
    for (const std::span<const float> added : {std::span<const float>(), std::span<const float>(bias)}) {
      std::vector<std::int32_t> expert(200 * 3);
      std::vector<float> weight(200 * 3);
      std::vector<double> probability(10);
      ranking->choose(added, {expert, weight, probability});
      std::int64_t next = 0;
      ranking->for_each_token([&](std::int64_t token, std::span<const float> scores) {
        REQUIRE(token == next++);
        const auto begin = at(token) * 3;
        REQUIRE(sum_of(std::span(weight).subspan(begin, 3)) == doctest::Approx(1).epsilon(1e-6));
        if (make == make_load_based) return;  // its scores follow its own choices
        std::vector<float> biased(scores.begin(), scores.end());
        for (std::size_t e = 0; e < added.size(); ++e) biased[e] += added[e];
        std::vector<std::int32_t> best(3);
        select_experts(biased, scenario.expert_parallel, best);
        REQUIRE(std::ranges::equal(best, std::span(expert).subspan(begin, 3)));
        if (!added.empty()) REQUIRE(best[0] == 4);
        if (!ranking->weighs_by_score()) return;
        const float ratio = scores[at(best[1])] / scores[at(best[0])];
        REQUIRE(weight[begin + 1] / weight[begin] == doctest::Approx(ratio).epsilon(1e-5));
      });
      CHECK(next == 200);
    }
  }
}

TEST_CASE("steps bring other tokens to the same gate") {
  const Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 16, 2, {256});
  const RoutedTokens first = route(scenario, {});
  const RoutedTokens second = route(scenario, first.next);
  CHECK(second.routing.expert != first.routing.expert);
  CHECK(second.next.gate == first.next.gate);
  const RoutedTokens made_again = route(scenario, {.step = 1});
  CHECK(made_again.routing.expert == second.routing.expert);
  CHECK(made_again.routing.weight == second.routing.weight);
}

TEST_CASE("skew is the deviation of the logarithms of the expert loads") {
  // 65,536 tokens * 8 / 256 = 2,048 selections per expert: 2.2 % sampling noise, against 50 % and 80 %.
  for (const double skew : {0.5, 0.8}) {
    Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 256, 8, {65536});
    scenario.workload.skew = skew;
    const std::vector<double> targets = targets_of(scenario);
    const double measured = log_deviation(route(scenario, {}).report.expert_loads);
    CAPTURE(skew);
    CHECK(log_deviation(targets) == doctest::Approx(skew).epsilon(1e-9));
    CHECK(measured == doctest::Approx(log_deviation(targets)).epsilon(0.05));
  }
}

TEST_CASE("every expert's load comes near its target also under a group-limited gate") {
  Scenario scenario = deepseek_v3_gate({65536});
  scenario.workload.skew = 0.8;
  const std::vector<double> targets = targets_of(scenario);
  const RoutingReport report = route(scenario, {}).report;
  double squares = 0;
  for (std::size_t e = 0; e < targets.size(); ++e)
    squares += std::pow(static_cast<double>(report.expert_loads[e]) / (65536 * targets[e]) - 1, 2);
  CHECK(std::sqrt(squares / 256) < 0.08);
}

TEST_CASE("an expert that nearly everybody wants is calibrated too") {
  // 384 experts do not divide the calibration's tokens evenly; one is wanted by 95 % of all tokens.
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 384, 8, {32768});
  scenario.workload.skew = 2;
  const std::vector<double> targets = targets_of(scenario);
  REQUIRE(std::ranges::max(targets) == 0.95);
  const RoutingReport report = route(scenario, {}).report;
  for (std::size_t e = 0; e < targets.size(); ++e) {
    if (targets[e] > 0.5)
      CHECK(std::abs(static_cast<double>(report.expert_loads[e]) / 32768 / targets[e] - 1) < 0.02);
  }
}

TEST_CASE("without skew the expected loads are equal") {
  // Noise: 2.8 % of the calibration (40,960 tokens) and 2.2 % of this step's.
  const RoutingReport report = route(deepseek_v3_gate({65536}), {}).report;
  for (const std::int64_t load : report.expert_loads)
    CHECK(std::abs(static_cast<double>(load) / 2048 - 1) < 0.16);
}

TEST_CASE("target shares sum to top k and nobody is wanted by nearly all tokens") {
  ExpertParallel expert_parallel;
  expert_parallel.num_experts = 16;
  expert_parallel.top_k = 4;
  Workload workload;
  workload.skew = 3;
  const std::vector<double> shares =
      target_shares(expert_parallel, workload, first_log_popularity(expert_parallel, workload));
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == doctest::Approx(4).epsilon(1e-12));
  CHECK(std::ranges::max(shares) == 0.95);
  expert_parallel.top_k = 16;
  CHECK(target_shares(expert_parallel, workload, first_log_popularity(expert_parallel, workload)) ==
        std::vector<double>(16, 1.0));
}

TEST_CASE("the auxiliary loss is the weight times experts times shares times probabilities") {
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 4, 1, {64, 64});
  scenario.workload.skew = 1;
  scenario.expert_parallel.auxiliary_loss_weight = 0.5;
  const RoutedTokens routed = route(scenario, {});
  double expected = 0;
  for (std::size_t e = 0; e < 4; ++e)
    expected += 0.5 * 4 * static_cast<double>(routed.report.expert_loads[e]) / 128 *
                routed.routing.mean_probability[e];
  REQUIRE(routed.report.auxiliary_loss.has_value());
  CHECK(*routed.report.auxiliary_loss == doctest::Approx(expected).epsilon(1e-12));
  CHECK(expected > 0.5);  // above the balanced value: popular experts are also probable

  // Every token takes both of two experts: f = 1/2 each and the probabilities sum to 1.
  Scenario both = scenario_of(RoutingStrategy::learned_gating, 2, 2, {64});
  CHECK(*route(both, {}).report.auxiliary_loss == doctest::Approx(0.01).epsilon(1e-6));
}

TEST_CASE("the auxiliary loss counts selections before dropping") {
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 8, 2, {256});
  scenario.workload.skew = 1;
  const RoutedTokens all = route(scenario, {});
  scenario.expert_parallel.drop_tokens = true;
  scenario.expert_parallel.capacity_factor = 1;
  const RoutedTokens dropped = route(scenario, {});
  CHECK(dropped.report.dropped_selections > 0);
  CHECK(dropped.report.auxiliary_loss == all.report.auxiliary_loss);
}

}  // namespace epsim
