// The popularity of experts: what is drawn, and what files may say.
#include "sim/routing/popularity.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "scenarios/reader/published_reader.hpp"
#include "sim/routing/learned_gate.hpp"
#include "tests/support/scenarios.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

Workload power_law(double alpha, std::uint64_t seed) {
  Workload workload;
  workload.tokens_per_device = {1000, 250};  // X = 0.8 * 1250 = 1000
  workload.seed = seed;
  workload.popularity = {PopularityKind::power_law, alpha};
  return workload;
}

/// Scenario texts on 16 devices with 32 experts, top 2.
json popular(const char* popularity) {
  json document = on_star("{}");
  document["workload"]["popularity"] = json::parse(popularity);
  return document;
}

}  // namespace

TEST_CASE("power law: the quantiles are the formula's") {
  // At u = 1/2 and alpha 2, X = 1000: x = ((1/1000 - 1)/2 + 1)^-1 = 1 / 0.5005. At alpha 1: X^u = 31.6.
  for (const auto& [alpha, median] :
       {std::pair{2.0, 1 / 0.5005}, {1.0, std::sqrt(1000.0)}, {1.01, 29.8965}}) {
    std::vector<double> loads = relative_loads(power_law(alpha, 5), 20001);
    CHECK(std::ranges::min(loads) >= 1);
    CHECK(std::ranges::max(loads) <= 1000 * (1 + 1e-9));
    std::ranges::nth_element(loads, loads.begin() + 10000);
    CHECK(loads[10000] == doctest::Approx(median).epsilon(0.06));
  }
  CHECK(relative_loads(power_law(1.01, 5), 8) == relative_loads(power_law(1.01, 5), 8));
  CHECK(relative_loads(power_law(1.01, 5), 8) != relative_loads(power_law(1.01, 6), 8));
}

TEST_CASE("popularity becomes the shares that the gate is calibrated to") {
  Workload workload = power_law(1.01, 3);
  const std::vector<double> loads = relative_loads(workload, 64);
  draw_popularity(workload, 64);
  ExpertParallel experts;
  experts.num_experts = 64;
  experts.top_k = 2;
  const std::vector<double> shares =
      target_shares(experts, workload, first_log_popularity(experts, workload));
  const double sum = std::accumulate(loads.begin(), loads.end(), 0.0);
  for (std::size_t e = 0; e < loads.size(); ++e)
    CHECK(shares[e] == doctest::Approx(2 * loads[e] / sum).epsilon(1e-9));
}

TEST_CASE("hot experts share what is said, and the others the rest") {
  const Scenario listed = parse(popular(R"({"kind": "hot", "experts": [3, 7], "share": 0.6})"));
  const int count = listed.expert_parallel.num_experts;
  const std::vector<double> loads = relative_loads(listed.workload, count);
  for (int e = 0; e < count; ++e)
    CHECK(loads[static_cast<std::size_t>(e)] == doctest::Approx(e == 3 || e == 7 ? 0.3 : 0.4 / (count - 2)));
  const Scenario counted = parse(popular(R"({"kind": "hot", "experts": 3, "share": 0.6})"));
  const std::vector<double> drawn = relative_loads(counted.workload, count);
  CHECK(std::ranges::count_if(drawn, [](double load) { return load > 0.19; }) == 3);
}

TEST_CASE("skew and the presets are log-normal") {
  CHECK(parse(popular(R"("deepseek_v3_prefill")")).workload.skew == 0.86);
  CHECK(parse(popular(R"("deepseek_v3_decode")")).workload.skew == 0.64);
  const Workload sigma = parse(popular(R"({"kind": "log_normal", "sigma": 0.5})")).workload;
  CHECK(sigma.skew == 0.5);
  CHECK(sigma.log_popularity.empty());
}

TEST_CASE("popularities that cannot be are refused") {
  CHECK(message_of(popular(R"("deepseek")"))
            .starts_with("/workload/popularity: \"deepseek\" is not a popularity preset"));
  CHECK(message_of(popular(R"({"kind": "power_law"})")) ==
        "/workload/popularity/alpha: missing; give the power law's exponent, such as 1.01");
  CHECK(message_of(popular(R"({"kind": "power_law", "alpha": 1, "sigma": 2})"))
            .starts_with("/workload/popularity/sigma: unknown key"));
  CHECK(message_of(popular(R"({"sigma": 2})")).starts_with("/workload/popularity/kind: missing"));
  CHECK(message_of(popular(R"({"kind": "hot", "experts": 1})"))
            .starts_with("/workload/popularity/share: missing"));
  CHECK(message_of(popular(R"({"kind": "hot", "experts": [1, 99], "share": 0.1})"))
            .starts_with("/workload/popularity/experts: there is no expert 99"));
  CHECK(message_of(popular(R"({"kind": "hot", "experts": [1, 1], "share": 0.1})"))
            .starts_with("/workload/popularity/experts: names an expert twice"));
  CHECK(message_of(popular(R"({"kind": "hot", "experts": 1, "share": 0.9})"))
            .starts_with("/workload/popularity/share: 1 experts cannot get 0.9 of all selections where a "
                         "token makes 2"));
  CHECK(message_of(popular(R"({"kind": "hot", "experts": 2, "share": 0.01})"))
            .starts_with("/workload/popularity/share: 0.01 of all selections is less than 2 of "));
  json even = popular(R"({"kind": "hot", "experts": 29, "share": 0.29})");
  even["expert_parallel"] = {{"num_experts", 100}, {"top_k", 1}, {"expert_parallel_size", 10}};
  CHECK(message_of(even) == "accepted");  // 0.29 * 100 < 29 in binary
  json hashed = popular(R"("deepseek_v3_decode")");
  hashed["expert_parallel"]["routing_strategy"] = "random";
  CHECK(message_of(hashed).starts_with("/workload/popularity: random knows none; leave it out"));
  json both = popular(R"("deepseek_v3_decode")");
  both["workload"]["skew"] = 0.3;
  CHECK(message_of(both) ==
        "/workload/popularity: cannot stand beside skew, its short form; give one of the two");
  json drifting = popular(R"({"kind": "power_law", "alpha": 1.01})");
  drifting["workload"]["drift"] = 0.3;
  CHECK(message_of(drifting).starts_with("/workload/drift: a popularity of kind power_law does not drift"));
}

TEST_CASE("published points: what they may say, and the scenario at their size") {
  const auto message = [](const char* published) {
    json document = on_star("{}");
    document["published"] = json::parse(published);
    return message_of(document);
  };
  CHECK(message(R"([{"tokens_per_device": 8, "dispatch": "3us"}])") == "accepted");
  CHECK(message("[]").starts_with("/published: found"));
  CHECK(
      message(R"([{"tokens_per_device": 8}])") ==
      "/published/0/dispatch: missing, and so are combine and layer; give the time of at least one of them");
  CHECK(message(R"([{"dispatch": "1us"}, {"dispatch": "0us"}])").starts_with("/published/1/dispatch: "));
  CHECK(message(R"([{"dispatch": "1us", "balanced_layer": "1us"}])")
            .starts_with("/published/0/layer: missing"));
  PublishedPoint point;
  point.tokens_per_device = 64;
  point.expert_parallel_size = 4;
  const json sized = at_size(json::object(), point);
  CHECK(sized == json({{"workload", {{"tokens_per_device", 64}}},
                       {"expert_parallel", {{"expert_parallel_size", 4}}}}));
}
