// epsim plan.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json planned(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "plan");
  arguments.insert(arguments.end(), {"--json"});
  const CommandResult command = run_epsim(arguments);
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  return json::parse(command.out);
}

std::string error_of(std::vector<std::string> arguments, int exit_code) {
  arguments.insert(arguments.begin(), "plan");
  const CommandResult command = run_epsim(arguments);
  CHECK(command.exit_code == exit_code);
  return command.err;
}

}  // namespace

TEST_CASE("epsim plan: the sizes that fit into memory") {
  // DeepSeek-V3: 58 MoE layers x 256 / EP experts x 3 x 7,168 x 2,048 bytes in FP8 = 653.9 GB / EP; 70 % of
  // 80 GB is 56 GB: EP12 and more; of the divisors of 64 and 256 EP16, 32 and 64.
  const json plan = planned({"--model", "deepseek_v3", "--platform", "h800_rail_optimized", "--world-size",
                             "64", "--set", "/payload/weights=fp8"});
  CHECK(plan["smallest"] == json::parse(R"({"expert_parallel_size": 16, "experts_per_device": 16})"));
  REQUIRE(plan["plans"].size() == 3);
  CHECK(plan["plans"][0]["bytes_per_device"] == 58.0 * 16 * 3 * 7168 * 2048);
  CHECK(plan["plans"][2]["experts_per_device"] == 4);
  CHECK(!plan.contains("fastest"));
  // In BF16 twice as much: EP32. With a share of 0.9 72 GB, EP32 needs 40.9.
  const auto smallest = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--model",      "deepseek_v3", "--platform", "h800_rail_optimized",
                                          "--world-size", "64"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return planned(arguments)["smallest"]["expert_parallel_size"].get<int>();
  };
  CHECK(smallest({}) == 32);
  CHECK(smallest({"--memory-share", "0.5"}) == 64);  // 40 GB
  CHECK(smallest({"--layers", "29"}) == 16);
  CHECK(smallest({"--set", "/platform/device/memory=192GB"}) == 16);          // 134.4 GB; EP8 needs 163.5
  CHECK(smallest({"--set", "/expert_parallel/redundant_experts=64"}) == 32);  // 320 copies: 51.1 GB
}

TEST_CASE("epsim plan: the fastest of them for the workload") {
  const json plan = planned({shipped("mixtral_8x7b_prefill_ep8"), "--simulate", "--set",
                             "/workload/tokens_per_device=64", "--patterns", "all_to_all,ring"});
  CHECK(plan["world_size"] == 8);
  double fastest = 1;
  int size = 0;
  for (const json& one : plan["plans"]) {
    CHECK((one["pattern"] == "all_to_all" || one["pattern"] == "ring"));
    if (one["layer_seconds"] < fastest) {
      fastest = one["layer_seconds"];
      size = one["expert_parallel_size"];
    }
    // The same run alone.
    const CommandResult run =
        run_epsim({"run", shipped("mixtral_8x7b_prefill_ep8"), "--json", "--pattern", one["pattern"], "--set",
                   "/workload/tokens_per_device=64", "--set",
                   "/expert_parallel/expert_parallel_size=" + one["expert_parallel_size"].dump(), "--set",
                   "/expert_parallel/experts_per_device=" + one["experts_per_device"].dump()});
    REQUIRE_MESSAGE(run.exit_code == 0, run.err);
    CHECK(json::parse(run.out)["layer_seconds"] == one["layer_seconds"]);
  }
  CHECK(plan["fastest"]["expert_parallel_size"] == size);
}

TEST_CASE("epsim plan: errors") {
  CHECK(error_of({"--model", "deepseek_v3"}, 2)
            .find("there is no platform; name a scenario that has one, or --platform") != std::string::npos);
  CHECK(error_of({"--model", "deepseek", "--platform", "mi300x"}, 2)
            .find("\"deepseek\" is not a model preset") != std::string::npos);
  CHECK(error_of({"--model", "dbrx", "--platform", "mi300"}, 2).find("did you mean \"mi300x\"?") !=
        std::string::npos);
  CHECK(error_of({"--model", "deepseek_v3", "--platform", "h800_rail_optimized"}, 1)
            .find("nothing fits: at EP8, the largest size that divides 8 devices and 256 experts, a device's "
                  "experts "
                  "take 163 GB of 56.0 GB") != std::string::npos);
  CHECK(error_of({shipped("deepseek_v3_prefill_ep64"), "--world-size", "128"}, 2)
            .find("128 is more than the platform's 64 devices") != std::string::npos);
  CHECK(error_of({shipped("deepseek_v3_prefill_ep64"), "--set", "/model={\"num_experts\": 64}"}, 2)
            .find("give --layers") != std::string::npos);
  CHECK(error_of({"--model", "dbrx", "--platform", "mi300x", "--patterns", "ring"}, 2).find("--simulate") !=
        std::string::npos);
}
