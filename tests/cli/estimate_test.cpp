// `epsim estimate`: how far it is from the simulation over the shipped scenarios, and what it says.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json json_of(const std::vector<std::string>& arguments) {
  const CommandResult command = run_epsim(arguments);
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  return json::parse(command.out);
}

/// Layers within the stated range, all messages counted.
void check_range(const std::string& name) {
  CAPTURE(name);
  const json estimated = json_of({"estimate", shipped(name), "--json"});
  const json simulated = json_of({"compare", shipped(name), "--json"});
  const json& range = estimated["estimated_over_simulated"];
  REQUIRE(estimated["patterns"].size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const json& estimate = estimated["patterns"][i];
    const json& run = simulated["patterns"][i];
    CAPTURE(estimate["pattern"]);
    CHECK(estimate["pattern"] == run["pattern"]);
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

}  // namespace

TEST_CASE("estimate is as near to the simulation as it says") {
  for (const char* name : {"uniform_star16", "mixtral_8x7b_prefill_ep8", "glm_4_5_prefill_ep16",
                           "qwen3_235b_a22b_prefill_ep32", "kimi_k2_decode_ep64"})
    check_range(name);
}

TEST_CASE("estimate prints a table that says how far it usually is off") {
  const CommandResult table =
      run_epsim({"estimate", shipped("uniform_star16"), "--patterns", "ring,all_to_all"});
  CHECK(table.exit_code == 0);
  CHECK(table.err == "");
  CHECK_MESSAGE(table.out.find("nothing was simulated") != std::string::npos, table.out);
  CHECK(table.out.find("0.90 to 1.40 times") != std::string::npos);
  CHECK(table.out.find("2.577 ms") != std::string::npos);
  CHECK(table.out.find("lower bound") != std::string::npos);
  CHECK(table.out.find("\npoint_to_point ") == std::string::npos);
}

TEST_CASE("estimate refuses what compare refuses") {
  const CommandResult pattern = run_epsim({"estimate", shipped("uniform_star16"), "--patterns", "rin"});
  CHECK(pattern.exit_code == 2);
  CHECK(pattern.err.find("did you mean \"ring\"") != std::string::npos);
  CHECK(run_epsim({"estimate", "/nowhere/scenario.json"}).exit_code == 2);
  CHECK(run_epsim({"estimate", shipped("uniform_star16"), "--out", "x"}).exit_code == 2);
}
