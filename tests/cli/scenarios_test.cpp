// Every shipped scenario shows what its "expect" says.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/patterns/pattern.hpp"
#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// The fluid engine's layer times are within 0.1 % of SimGrid's: of all patterns where SimGrid ran, else of
/// the one that takes SimGrid least.
void check_agreement(const std::string& name, const std::map<std::string, json>& reference) {
  const bool is_fluid = reference.at("all_to_all")["engine"] == "fluid";
  const std::string other = is_fluid ? "simgrid" : "fluid";
  std::vector<std::string> arguments = {"compare", shipped(name), "--json", "--engine", other};
  if (is_fluid) arguments.insert(arguments.end(), {"--patterns", "all_to_all"});
  const CommandResult command = run_epsim(arguments);
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json result = json::parse(command.out);
  for (const json& pattern : result["patterns"]) {
    CHECK(pattern["engine"] == other);
    CAPTURE(pattern["pattern"]);
    CHECK(pattern["layer_seconds"].get<double>() ==
          doctest::Approx(reference.at(pattern["pattern"])["layer_seconds"].get<double>()).epsilon(1e-3));
  }
}

/// `estimate` is as near to the simulation as it says, with the same messages and bounds.
void check_estimate(const std::string& name, const std::map<std::string, json>& simulated) {
  const CommandResult command = run_epsim({"estimate", shipped(name), "--json"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json estimated = json::parse(command.out);
  const json& range = estimated["estimated_over_simulated"];
  REQUIRE(estimated["patterns"].size() == all_patterns().size());
  for (std::size_t i = 0; i < all_patterns().size(); ++i) {
    const json& estimate = estimated["patterns"][i];
    CAPTURE(estimate["pattern"]);
    const json& run = simulated.at(estimate["pattern"]);
    const double ratio = estimate["layer_seconds"].get<double>() / run["layer_seconds"].get<double>();
    CHECK(ratio >= range["low"].get<double>());
    CHECK(ratio <= range["high"].get<double>());
    const json& phases = run["phases"];
    CHECK(estimate["messages"] ==
          phases["dispatch"]["messages"].get<int>() + phases["combine"]["messages"].get<int>());
    CHECK(estimated["lower_bound"]["dispatch_seconds"] == phases["dispatch"]["lower_bound_seconds"]);
    CHECK(estimated["lower_bound"]["combine_seconds"] == phases["combine"]["lower_bound_seconds"]);
  }
}

/// The comparison's results by pattern, after checks that hold for every scenario.
std::map<std::string, json> compare_shipped(const std::string& name) {
  const CommandResult command = run_epsim({"compare", shipped(name), "--json", "--check"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  std::map<std::string, json> patterns;
  const json result = json::parse(command.out);
  for (const json& pattern : result["patterns"]) {
    CHECK(pattern["layer_seconds"] >= pattern["lower_bound_seconds"]);
    CHECK(pattern["communication_efficiency"] > 0);
    CHECK(pattern["communication_efficiency"] <= 1);
    CHECK(pattern["resolved_scenario"]["question"] != "");
    CHECK(pattern["resolved_scenario"]["expect"] != "");
    patterns[pattern["pattern"]] = pattern;
  }
  CHECK(patterns.size() == all_patterns().size());
  check_agreement(name, patterns);
  check_estimate(name, patterns);
  return patterns;
}

double layer(const std::map<std::string, json>& patterns, const std::string& name) {
  return patterns.at(name)["layer_seconds"];
}

double scale_out_bytes(const std::map<std::string, json>& patterns, const std::string& name) {
  const json& phases = patterns.at(name)["phases"];
  return phases["dispatch"]["scale_out_bytes"].get<double>() +
         phases["combine"]["scale_out_bytes"].get<double>();
}

}  // namespace

TEST_CASE("sixteen devices on a star: every pattern but the ring is as fast as the ports") {
  const auto patterns = compare_shipped("uniform_star16");
  CHECK(patterns.at("all_to_all")["communication_efficiency"] == 1);
  CHECK(layer(patterns, "ring") > 8 * layer(patterns, "all_to_all"));
}

TEST_CASE("DeepSeek-V3 prefill EP64: deduplication per node pays") {
  const auto patterns = compare_shipped("deepseek_v3_prefill_ep64");
  CHECK(layer(patterns, "all_to_all") > 2 * layer(patterns, "hierarchical"));
  CHECK(scale_out_bytes(patterns, "hierarchical") < 0.55 * scale_out_bytes(patterns, "all_to_all"));
  CHECK(patterns.at("hierarchical")["load"]["max_over_mean"].get<double>() ==
        doctest::Approx(3.2).epsilon(0.02));
  CHECK(layer(patterns, "ring") > 5 * layer(patterns, "hierarchical"));
}

TEST_CASE("DeepSeek-V3 decode EP128: one message per expert gains nothing under skew") {
  const auto patterns = compare_shipped("deepseek_v3_decode_ep128");
  CHECK(layer(patterns, "point_to_point") > 0.9 * layer(patterns, "all_to_all"));
  CHECK(layer(patterns, "point_to_point") > 1.8 * layer(patterns, "hierarchical"));
  CHECK(scale_out_bytes(patterns, "hierarchical") < 0.8 * scale_out_bytes(patterns, "point_to_point"));
  CHECK(patterns.at("point_to_point")["busiest_link"]["class"] == "scale_out");
}

TEST_CASE("Mixtral EP8 on one node: experts take nearly all of the layer") {
  const auto patterns = compare_shipped("mixtral_8x7b_prefill_ep8");
  for (const char* name : {"all_to_all", "point_to_point", "hierarchical"}) {
    const double exposed = patterns.at(name)["exposed_communication_seconds"];
    CHECK(exposed < 0.05 * layer(patterns, name));
    CHECK(layer(patterns, name) == doctest::Approx(layer(patterns, "all_to_all")).epsilon(0.01));
  }
}

TEST_CASE("Qwen3 EP32: one copy per node more than halves the bytes between nodes") {
  const auto patterns = compare_shipped("qwen3_235b_a22b_prefill_ep32");
  CHECK(scale_out_bytes(patterns, "all_to_all") == doctest::Approx(12.9e9).epsilon(0.01));
  CHECK(scale_out_bytes(patterns, "hierarchical") == doctest::Approx(5.9e9).epsilon(0.01));
  CHECK(layer(patterns, "all_to_all") > 2.2 * layer(patterns, "hierarchical"));
}

TEST_CASE("Kimi-K2 decode on NVL72: the kernel decides and ring loses") {
  const auto patterns = compare_shipped("kimi_k2_decode_ep64");
  CHECK(layer(patterns, "all_to_all") == doctest::Approx(layer(patterns, "hierarchical")).epsilon(0.05));
  CHECK(layer(patterns, "point_to_point") < 0.8 * layer(patterns, "hierarchical"));
  CHECK(layer(patterns, "ring") > 7 * layer(patterns, "point_to_point"));
  CHECK(layer(patterns, "ring") < 8 * layer(patterns, "point_to_point"));
}

TEST_CASE("Kimi-K2 prefill EP64 on MI300X: the NICs limit and not the mesh") {
  const auto patterns = compare_shipped("kimi_k2_prefill_ep64");
  CHECK(layer(patterns, "point_to_point") > 2 * layer(patterns, "hierarchical"));
  CHECK(layer(patterns, "all_to_all") > 2 * layer(patterns, "hierarchical"));
  CHECK(scale_out_bytes(patterns, "hierarchical") < 0.68 * scale_out_bytes(patterns, "all_to_all"));
  for (const char* name : {"all_to_all", "point_to_point", "hierarchical"})
    CHECK(patterns.at(name)["busiest_link"]["class"] == "scale_out");
  CHECK(layer(patterns, "ring") > 50 * layer(patterns, "hierarchical"));
}

TEST_CASE("Qwen3-30B on a torus: a link between routers limits") {
  const auto patterns = compare_shipped("qwen3_30b_a3b_prefill_ep64");
  for (const auto& [name, pattern] : patterns)
    CHECK(pattern["busiest_link"]["name"].get<std::string>().starts_with("router"));
  CHECK(patterns.at("all_to_all")["communication_efficiency"].get<double>() ==
        doctest::Approx(0.2).epsilon(0.05));
  CHECK(layer(patterns, "point_to_point") < 0.9 * layer(patterns, "hierarchical"));
  CHECK(layer(patterns, "ring") > 20 * layer(patterns, "point_to_point"));
}

TEST_CASE("GLM-4.5 EP16: selection biases balance the experts within 24 steps") {
  const auto patterns = compare_shipped("glm_4_5_prefill_ep16");
  const json& steps = patterns.at("hierarchical")["steps"];
  REQUIRE(steps.size() == 24);
  CHECK(steps.front()["load"]["expert_max_over_mean"] > 2);
  CHECK(steps.back()["load"]["expert_max_over_mean"] < 1.15);
  CHECK(steps[1]["layer_seconds"].is_null());
  CHECK(steps[1]["phases"].is_null());
  const double before = steps.front()["layer_seconds"];
  CHECK(layer(patterns, "hierarchical") < 0.95 * before);
  CHECK(patterns.at("hierarchical")["total_seconds"].get<double>() ==
        doctest::Approx(23 * before + layer(patterns, "hierarchical")));
  CHECK(patterns.at("hierarchical")["simulated_steps"] == 2);
}

TEST_CASE("DeepSeek-V3 prefill EP32: moving experts pays when popularity drifts slowly") {
  const auto patterns = compare_shipped("deepseek_v3_prefill_ep32");
  for (const auto& [name, pattern] : patterns) {
    CAPTURE(name);
    const json& steps = pattern["steps"];
    CHECK(pattern["last_rebalance_step"] == 16);
    const json& moved = steps[16];
    CHECK(moved["rebalance_bytes"].get<double>() == doctest::Approx(12.7e9).epsilon(0.05));
    CHECK(moved["rebalance"]["seconds"].get<double>() == doctest::Approx(12.6e-3).epsilon(0.05));
    CHECK(moved["rebalance"]["paid_for_after_steps"] <= 8);
    CHECK(moved["rebalance"]["saved_seconds"] > moved["rebalance"]["seconds"]);
    CHECK(moved["rebalance"]["too_early_to_tell"] == false);
    // It pays in the end, moves included.
    CHECK(pattern["total_seconds"] < pattern["static_total_seconds"]);
    CHECK(steps[15]["rebalance"].is_null());
    CHECK(steps[15]["rebalance_bytes"] == 0);
    CHECK(steps[15]["load"]["max_over_mean"] > 1.9);
    CHECK(moved["load"]["max_over_mean"] < 1.3);
  }
  const json& steps = patterns.at("hierarchical")["steps"];
  CHECK(steps[16]["layer_seconds"].get<double>() < 0.8 * steps[0]["layer_seconds"].get<double>());
}

TEST_CASE("DeepSeek-V3 decode EP32: moving experts does not pay when popularity drifts fast") {
  for (const auto& [name, pattern] : compare_shipped("deepseek_v3_decode_ep32")) {
    CAPTURE(name);
    CHECK(pattern["last_rebalance_step"] == 24);
    for (const int step : {8, 16, 24}) {
      const json& moved = pattern["steps"][step]["rebalance"];
      CHECK(moved["seconds"] > 0.01);
      CHECK(moved["paid_for_after_steps"].is_null());
      CHECK(moved["saved_seconds"] < moved["seconds"]);
      CHECK(moved["too_early_to_tell"] == (step == 24));  // one step before the end
    }
    CHECK(pattern["total_seconds"] > pattern["static_total_seconds"]);
  }
}
