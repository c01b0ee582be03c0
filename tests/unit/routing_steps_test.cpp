// What a router carries from step to step: topics, drift, the auxiliary loss, assigned loads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/route.hpp"
#include "sim/routing/auxiliary_loss.hpp"
#include "sim/routing/gate.hpp"
#include "sim/routing/ranking.hpp"
#include "tests/support/routing.hpp"

namespace epsim {

namespace {

/// Scores as a gate makes them of given logits.
class FixedScores final : public Ranking {
 public:
  FixedScores(const std::vector<std::vector<double>>& logits, GateKind gate)
      : scores_(static_cast<int>(logits.size()), static_cast<int>(logits.front().size())) {
    for (int token = 0; token < scores_.rows(); ++token)
      for (int e = 0; e < scores_.columns(); ++e)
        scores_(token, e) = static_cast<float>(logits[at(token)][at(e)]);
    apply_gate(gate, scores_);
  }
  [[nodiscard]] bool has_gate() const override { return true; }
  void for_each_token(const ScoreVisitor& visit) const override {
    for (int token = 0; token < scores_.rows(); ++token) visit(token, scores_.row(token));
  }
  void choose(std::span<const float>, const Choices&) const override {}

 private:
  Matrix<float> scores_;
};

}  // namespace

TEST_CASE("load_based takes the least loaded experts as its device sees them") {
  // Two devices, six experts, top-2, three tokens each, nothing assigned before. Device 0 counts up from
  // expert 0, device 1 from 1 * 6 / 2 = 3: each deals its six selections once around.
  const Scenario scenario = scenario_of(RoutingStrategy::load_based, 6, 2, {3, 3});
  const RoutedTokens first = route(scenario, {});
  CHECK(first.routing.expert == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2});
  CHECK(first.next.assigned_load == std::vector<double>(6, 2));

  // Decayed counts 8 0 2 4 6 6 over both devices, so 4 0 1 2 3 3 each. On device 0 token 0 takes 1 and 2,
  // which leaves 4 1 2 2 3 3; token 1 takes 1 and, of the equal 2 and 3, the earlier: 4 2 3 2 3 3; token 2
  // takes 1 and
  // 3. Device 1 counts 3 4 5 0 1 2: its token 1 takes 1 and 3, which leaves 4 2 2 3 3 3, its token 2 1 and 2.
  RouterState state;
  state.assigned_load = {8, 0, 2, 4, 6, 6};
  const RoutedTokens second = route(scenario, state);
  CHECK(second.routing.expert == std::vector<std::int32_t>{1, 2, 1, 2, 1, 3, 1, 2, 1, 3, 1, 2});
  // 0.9 of the old and the new: 6 of expert 1, 4 of 2, 2 of 3.
  const std::vector<double> expected = {7.2, 6, 1.8 + 4, 3.6 + 2, 5.4, 5.4};
  for (std::size_t e = 0; e < 6; ++e)
    CHECK(second.next.assigned_load[e] == doctest::Approx(expected[e]).epsilon(1e-12));
}

TEST_CASE("load_based evens out over the steps what came in uneven") {
  Scenario scenario = scenario_of(RoutingStrategy::load_based, 32, 4, std::vector<int>(8, 200));
  RouterState state;
  state.assigned_load.assign(32, 0);
  state.assigned_load[5] = 500;
  const RoutedTokens routed = route(scenario, state);
  // A device's share of the 500 is 62.5; its 800 selections lift the other 31 experts to 25.8 only.
  CHECK(std::abs(static_cast<double>(routed.report.expert_loads[0]) - 6400.0 / 31) <= 8);
  CHECK(routed.report.expert_loads[5] == 0);
}

TEST_CASE("similarity_based takes the nearest direction whatever the skew") {
  Scenario scenario = scenario_of(RoutingStrategy::similarity_based, 32, 4, {4000});
  const RoutedTokens plain = route(scenario, {});
  CHECK_FALSE(plain.report.auxiliary_loss.has_value());
  scenario.workload.skew = 2;
  CHECK(route(scenario, {}).routing.expert == plain.routing.expert);
  // In one dimension there are two directions, and a token's sign decides: all experts of its side come
  // first.
  scenario.workload.embedding_dim = 1;
  RouterState state;
  make_similarity_based(scenario, state)->for_each_token([](std::int64_t, std::span<const float> scores) {
    for (const float score : scores) REQUIRE(std::abs(score - 0.5F) == doctest::Approx(0.5).epsilon(1e-6));
  });
}

TEST_CASE("topics make neighbouring tokens choose alike") {
  // Of two tokens' experts, how many are the same, over neighbours within a run of 8 tokens.
  const auto shared = [](const TokenRouting& routing) {
    std::int64_t same = 0;
    for (std::int64_t token = 0; token < routing.tokens(); token += 8)
      for (const std::int32_t expert : routing.experts_of(token))
        same += std::ranges::count(routing.experts_of(token + 7), expert);
    return same;
  };
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 64, 4, {4096});
  const std::int64_t without = shared(route(scenario, {}).routing);  // by chance 512 * 4 * 4 / 64 = 128
  scenario.workload.topics = {.count = 16, .concentration = 0.8, .tokens = 8};
  const RoutedTokens topical = route(scenario, {});
  CHECK(shared(topical.routing) > 3 * without);
  // All topics together are calibrated to equal loads: 256 each, with the luck of 512 draws of a topic.
  CHECK(static_cast<double>(std::ranges::max(topical.report.expert_loads)) < 2 * 256);
  scenario.workload.topics.concentration = 0;
  const RoutedTokens unconcentrated = route(scenario, {});
  scenario.workload.topics = {};
  CHECK(unconcentrated.routing.expert == route(scenario, {}).routing.expert);
}

TEST_CASE("drift changes who is popular and not how unequal it is") {
  Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 128, 4, {32768});
  scenario.workload.skew = 0.6;
  scenario.workload.drift = 0.6;  // consecutive log loads correlate by 0.8
  scenario.workload.steps = 8;
  scenario.expert_parallel.use_auxiliary_loss = false;
  std::vector<std::vector<double>> logs;
  RouterState state;
  for (int step = 0; step < 8; ++step) {
    const RoutedTokens routed = route(scenario, state);
    CAPTURE(step);
    CHECK(log_deviation(routed.report.expert_loads) == doctest::Approx(0.6).epsilon(0.06));
    logs.emplace_back();
    for (const std::int64_t load : routed.report.expert_loads)
      logs.back().push_back(std::log(static_cast<double>(load)));
    state = routed.next;
  }
  // Standard error of one correlation over 128 experts: (1 - 0.64) / sqrt(128) = 0.03; the mean of seven.
  double sum = 0;
  for (std::size_t step = 1; step < 8; ++step) sum += correlation(logs[step - 1], logs[step]);
  CHECK(sum / 7 == doctest::Approx(0.8).epsilon(0.05));
  CHECK(std::abs(correlation(logs[0], logs[7])) < 0.5);  // 0.8^7 = 0.21, +- 0.09
}

TEST_CASE("the auxiliary loss' gradient is that of the probabilities") {
  // Three tokens' logits for four experts; finite differences of weight * E * sum_i f_i P_i with f fixed.
  const std::vector<std::vector<double>> logits = {{0.5, -1, 0.2, 1}, {1.5, 0, -0.3, 0.1}, {0, 0.4, 0.9, -2}};
  const std::vector<double> shares = {0.5, 0.1, 0.3, 0.1};
  for (const GateKind gate : {GateKind::softmax, GateKind::sigmoid}) {
    const auto score = [&](double logit) {
      return gate == GateKind::softmax ? std::exp(logit) : 1 / (1 + std::exp(-logit));
    };
    const auto loss = [&](std::size_t expert, double bias) {
      double sum = 0;
      for (const auto& token : logits) {
        double total = 0;
        double weighted = 0;
        for (std::size_t e = 0; e < 4; ++e) {
          const double one = score(token[e] + (e == expert ? bias : 0));
          total += one;
          weighted += shares[e] * one;
        }
        sum += weighted / total;
      }
      return 0.01 * 4 * sum / 3;
    };
    const FixedScores ranking(logits, gate);
    const std::vector<double> gradient = auxiliary_loss_gradient(ranking, gate, shares, 0.01);
    for (std::size_t e = 0; e < 4; ++e)
      CHECK(gradient[e] == doctest::Approx((loss(e, 1e-4) - loss(e, -1e-4)) / 2e-4).epsilon(1e-4));
  }
}

TEST_CASE("the auxiliary loss balances a skewed gate over the steps unless it is switched off") {
  for (const GateKind gate : {GateKind::softmax, GateKind::sigmoid}) {
    Scenario scenario = scenario_of(RoutingStrategy::learned_gating, 16, 2, {8192});
    scenario.expert_parallel.gate = gate;
    scenario.workload.skew = 0.8;
    scenario.workload.steps = 40;
    RouterState state;
    std::vector<double> losses;
    std::vector<double> largest;
    for (int step = 0; step < 40; ++step) {
      RoutedTokens routed = route(scenario, state);
      losses.push_back(*routed.report.auxiliary_loss);
      largest.push_back(static_cast<double>(std::ranges::max(routed.report.expert_loads)) / 1024);
      state = std::move(routed.next);
    }
    CHECK(largest.front() > 2.5);
    CHECK(largest.back() < 1.4);
    CHECK(losses.back() < losses.front());
    CHECK(losses.back() == doctest::Approx(0.01).epsilon(0.03));  // that of a balanced gate
    scenario.expert_parallel.use_auxiliary_loss = false;
    CHECK(route(scenario, {}).next.gate_bias.empty());
  }
}

}  // namespace epsim
