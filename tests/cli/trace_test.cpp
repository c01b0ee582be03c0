// Recorded routing as a user gives it: the matrix of EPLB's README.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/patterns/pattern.hpp"
#include "tests/cli/command.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

const std::string example = std::string(EPSIM_SOURCE_DIR) + "/tests/cli/eplb_example.json";

}  // namespace

TEST_CASE("EPLB's example loads are balanced once experts move") {
  // 12 experts in 4 groups, 8 devices of 2 slots in 2 nodes. Enough tokens that the loads' noise moves no
  // expert.
  const CommandResult command = run_epsim(
      {"run", shipped("mixtral_8x7b_prefill_ep8"), "--json", "--check", "--set",
       R"(/model={"num_experts": 12, "top_k": 1, "hidden": 64, "expert_intermediate": 64, "expert_groups": 4})",
       "--set", R"(/platform={"preset": "h100_rail_optimized", "nodes": 2, "devices_per_node": 4})", "--set",
       R"(/expert_parallel={"load_balancing": "dynamic", "redundant_experts": 4, "rebalance_interval": 1,
                            "use_auxiliary_loss": false})",
       "--set", R"(/workload={"tokens_per_device": 16384, "steps": 2, "trace": ")" + example + R"("})"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json run = json::parse(command.out);
  // The plan for the loads as routed: groups 1 and 3 are too near each other (330 and 325) to say which comes
  // first, but the busiest experts, 10 and 5, have two copies or more.
  const auto slots = run["placement"]["slots"].get<std::vector<int>>();
  CHECK(slots.size() == 16);
  CHECK(std::count(slots.begin(), slots.end(), 10) >= 2);
  CHECK(std::count(slots.begin(), slots.end(), 5) >= 2);
  CHECK(run["last_rebalance_step"] == 1);
  CHECK(run["steps"][0]["load"]["max_over_mean"] > 1.6);
  CHECK(run["steps"][1]["load"]["max_over_mean"] < 1.3);
  CHECK(run["statistics"]["total_tokens_routed"] == 2 * 8 * 16384);
}

TEST_CASE("a trace whose steps differ in size runs the same in a sweep as alone") {
  for (const std::vector<int>& sizes : std::vector<std::vector<int>>{{400, 40}, {8, 400}}) {
    const TemporaryFolder folder;
    std::string text;
    for (std::size_t step = 0; step < sizes.size(); ++step)
      for (int token = 0; token < sizes[step]; ++token)
        text += std::to_string(step) + ",0," + std::to_string(token) + "," + std::to_string(token % 7) + "," +
                std::to_string(7 + token % 9) + "\n";
    static_cast<void>(folder.write("trace.csv", text));
    const json scenario = {{"platform", {{"topology", "star"}, {"devices", 4}}},
                           {"expert_parallel", {{"num_experts", 16}, {"top_k", 2}}},
                           {"workload", {{"trace", "trace.csv"}}}};
    const std::string file = folder.write("scenario.json", scenario.dump());
    // Two points that share their routing.
    const json sweep = {{"base", "scenario.json"},
                        {"grid", {{"/platform/latency", {"2us", "3us"}}}},
                        {"patterns", {"all_to_all"}}};
    const std::string database = folder.path() / "points.db";
    const CommandResult points =
        run_epsim({"sweep", folder.write("sweep.json", sweep.dump()), "--db", database});
    const CommandResult alone = run_epsim({"run", file, "--json"});
    REQUIRE_MESSAGE(alone.exit_code == 0, alone.err);
    REQUIRE_MESSAGE(points.exit_code == 0, points.err);
    const CommandResult rows = run_epsim({"sweep", "export", database, "--format", "jsonl"});
    REQUIRE_MESSAGE(rows.exit_code == 0, rows.err);
    const json first = json::parse(rows.out.substr(0, rows.out.find('\n')));
    const json run = json::parse(alone.out);
    CHECK(first["layer_seconds"] == run["layer_seconds"]);
    CHECK(first["total_seconds"] == run["total_seconds"]);
    CHECK(first["simulated_steps"] == 2);
    CHECK(first["static_total_seconds"].is_null());
    // Steps differ, so all of them rank.
    const json shown = json::parse(run_epsim({"sweep", "show", database, "--json"}).out);
    CHECK(shown["figure"] == "total_seconds");
    CHECK(run["statistics"]["total_tokens_routed"] == sizes[0] + sizes[1]);
    const json estimated = json::parse(run_epsim({"estimate", file, "--json"}).out);
    CHECK(estimated["patterns"].size() == all_patterns().size());
  }
}

TEST_CASE("a second move is held against the placement before it") {
  // Popularity does not drift, so the first move brings nearly all there is to gain; what it brought must not
  // pay for the others, which follow the noise of the loads.
  const json scenario = {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 1}}},
                         {"model", "mixtral_8x7b"},
                         {"expert_parallel",
                          {{"num_experts", 12},
                           {"redundant_experts", 4},
                           {"load_balancing", "dynamic"},
                           {"rebalance_interval", 4},
                           {"use_auxiliary_loss", false}}},
                         {"workload", {{"tokens_per_device", 512}, {"steps", 13}, {"skew", 1}}}};
  const TemporaryFolder folder;
  const CommandResult command = run_epsim({"run", folder.write("scenario.json", scenario.dump()), "--json"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json steps = json::parse(command.out)["steps"];
  CHECK(steps[4]["rebalance"]["paid_for_after_steps"] == 2);
  CHECK(steps[8]["rebalance"]["paid_for_after_steps"].is_null());
  CHECK(std::abs(steps[8]["rebalance"]["saved_seconds"].get<double>()) < 1e-4);
  CHECK(steps[8]["rebalance"]["too_early_to_tell"] == false);
  CHECK(steps[12]["rebalance"]["too_early_to_tell"] == true);
}

TEST_CASE("fit prints a piece of a scenario") {
  const CommandResult command = run_epsim({"fit", example, "--layer", "1"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  const json fragment = json::parse(command.out);
  // The standard deviation of the logarithms of 20 107 104 64 19 197 187 157 172 86 16 27.
  CHECK(fragment["workload"]["skew"].get<double>() == doctest::Approx(0.92336).epsilon(1e-4));
  CHECK_FALSE(fragment["workload"].contains("drift"));
  CHECK(fragment["expert_parallel"]["use_auxiliary_loss"] == false);  // else the skew fades
  CHECK_MESSAGE(command.err == "epsim: layer 1, 1 step, 12 experts\n", command.err);
  const TemporaryFolder folder;
  const CommandResult steep = run_epsim({"fit", folder.write("steep.json", "[[1, 9e15]]")});
  CHECK(steep.exit_code == 2);
  CHECK(steep.err.find("the skew of layer 0 is 18.4, more than a workload can have") != std::string::npos);
  const CommandResult wrong = run_epsim({"fit", example, "--layer", "2"});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err.find("has no layer 2; give 0 to 1") != std::string::npos);
  CHECK(run_epsim({"fit", "nowhere.csv"}).exit_code == 2);
}
