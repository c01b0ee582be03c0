// What is estimated before a run against what the run took, in a process of its own.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/estimate/cost_estimate.hpp"
#include "analysis/estimate/memory_estimate.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/choose_engine.hpp"
#include "sim/patterns/pattern.hpp"
#include "tests/cli/command.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

struct Usage {
  double seconds = 0;  ///< CPU of the process and its children
  double bytes = 0;    ///< of the largest of them
};

/// `epsim run FILE --pattern PATTERN`.
Usage usage_of(const std::string& file, const std::string& pattern) {
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execl(EPSIM_BINARY, "epsim", "run", file.c_str(), "--pattern", pattern.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage used{};
  REQUIRE(wait4(child, &status, 0, &used) == child);
  REQUIRE(status == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), 1024.0 * static_cast<double>(used.ru_maxrss)};
}

json star(int devices, int window, const json& traffic) {
  return {{"platform", {{"topology", "star"}, {"devices", devices}}},
          {"traffic", traffic},
          {"patterns", {{"all_to_all", {{"window", window}}}}}};
}

/// Direct traffic of all_to_all on `nodes` nodes of eight, on more than one leaf.
json rails(int nodes, int window, double oversubscription, const json& traffic) {
  return {{"platform",
           {{"preset", "h100_rail_optimized"}, {"nodes", nodes}, {"oversubscription", oversubscription}}},
          {"traffic", traffic},
          {"patterns", {{"all_to_all", {{"window", window}}}, {"hierarchical", {{"window", window}}}}}};
}

/// Sizes of which hardly two are equal.
json unequal(int devices) {
  json matrix = json::array();
  for (int from = 0; from < devices; ++from) {
    json row = json::array();
    for (int to = 0; to < devices; ++to)
      row.push_back(from == to ? 0 : 10'000 + (from * 7919 + to * 104'729) % 90'001);
    matrix.push_back(row);
  }
  return {{"matrix", matrix}};
}

/// Equal messages, but not from and to every device as many.
json half_of_pairs(int devices) {
  json matrix = unequal(devices)["matrix"];
  for (json& row : matrix)
    for (json& one : row) one = one.get<int>() % 2 == 0 ? 0 : 1'000'000;
  return {{"matrix", matrix}};
}

}  // namespace

TEST_CASE("estimates of time and memory against what runs take, on both engines") {
  const json equal = {{"uniform_bytes_per_pair", 65536}};
  json steps = {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 4}}},
                {"model", "deepseek_v3"},
                {"workload", {{"tokens_per_device", 256}, {"steps", 20}, {"simulate_every", 10}}}};
  const json with_overheads = {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 16}}},
                               {"model", "deepseek_v3"},
                               {"transport", "nccl"},
                               {"workload", {{"tokens_per_device", 512}}},
                               {"patterns", {{"all_to_all", {{"window", 0}}}}}};
  json low_latency = {{"platform", {{"preset", "h800_rail_optimized"}, {"nodes", 8}}},
                      {"model", "deepseek_v3"},
                      {"transport", "deepep_low_latency"},
                      {"workload", {{"tokens_per_device", 128}, {"skew", 1.2}}},
                      {"patterns", {{"point_to_point", {{"window", 0}}}}}};
  const json skewed_at_once = {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 16}}},
                               {"model", "deepseek_v3"},
                               {"workload", {{"tokens_per_device", 128}, {"skew", 0.2}}},
                               {"patterns", {{"all_to_all", {{"window", 0}}}}}};
  // Most pairs have nothing for each other.
  const json few_tokens = {{"platform", {{"preset", "h100_rail_optimized"}, {"nodes", 8}}},
                           {"model", "gpt_oss_120b"},
                           {"workload", {{"tokens_per_device", 8}, {"skew", 0.5}, {"steps", 4}}},
                           {"patterns", {{"all_to_all", {{"window", 32}}}}}};
  struct Estimated {
    json document;
    const char* engine;
    PatternKind pattern = PatternKind::all_to_all;
  };
  const std::vector<Estimated> cases = {{star(512, 8, equal), "simgrid"},
                                        {star(512, 8, equal), "fluid"},
                                        {star(256, 0, equal), "simgrid"},
                                        {star(112, 8, unequal(112)), "simgrid"},
                                        {star(256, 8, unequal(256)), "fluid"},
                                        {star(160, 0, unequal(160)), "fluid"},
                                        {star(384, 0, unequal(384)), "fluid"},
                                        {steps, "simgrid"},
                                        {star(128, 8, half_of_pairs(128)), "simgrid"},
                                        {with_overheads, "fluid"},
                                        {low_latency, "fluid", PatternKind::point_to_point},
                                        {low_latency, "fluid", PatternKind::hierarchical},
                                        {rails(32, 8, 1, unequal(256)), "fluid"},
                                        {rails(16, 0, 1, unequal(128)), "fluid"},
                                        {rails(16, 0, 4, unequal(128)), "fluid"},
                                        {rails(32, 0, 1, unequal(256)), "fluid", PatternKind::hierarchical},
                                        {rails(32, 0, 1, equal), "fluid"},
                                        {rails(16, 8, 1, equal), "simgrid"},
                                        {rails(8, 8, 1, unequal(64)), "simgrid"},
                                        {skewed_at_once, "fluid"},
                                        {few_tokens, "simgrid"},
                                        {low_latency, "simgrid", PatternKind::ring},
                                        {low_latency, "fluid", PatternKind::ring}};
  for (auto [document, engine, pattern] : cases) {
    document["engine"] = engine;
    const TemporaryFolder folder;
    const std::string file = folder.write("scenario.json", document.dump());
    const Scenario scenario = parse_scenario(document, folder.path());
    const std::vector<PatternKind> patterns = {pattern};
    const double seconds = estimate_seconds(scenario, patterns);
    const double bytes = estimate_memory(scenario, patterns, 1).total();
    const Usage used = usage_of(file, std::string(name_of(pattern)));
    INFO(name_of(pattern), ", engine ", engine, ": ", seconds, " s estimated, ", used.seconds, " s used; ",
         bytes, " B estimated, ", used.bytes, " B used");
    constexpr double program_seconds = 0.1;  // to start, read and print
    CHECK(seconds + program_seconds < 3 * (used.seconds + program_seconds));
    CHECK(used.seconds < 3 * (seconds + program_seconds));
    CHECK(bytes < 2.5 * used.bytes);
    CHECK(used.bytes < 2 * bytes);
  }
}

TEST_CASE("auto chooses one engine for a scenario whichever patterns are asked for, and exactly") {
  // SimGrid is quick for a ring and slow for the others.
  const TemporaryFolder folder;
  const std::string file = folder.write("scenario.json", star(128, 8, unequal(128)).dump());
  for (const char* patterns : {"ring", "all_to_all", "all_to_all,ring"}) {
    const CommandResult result =
        run_epsim({"compare", file, "--patterns", patterns, "--engine", "auto", "--json"});
    REQUIRE_MESSAGE(result.exit_code == 0, result.err);
    for (const json& run : json::parse(result.out)["patterns"]) {
      CHECK(run["engine"] == "fluid");
      CHECK(run["accuracy"] == "exact");
    }
  }
  // Said once, however many steps there are and whatever else is simulated beside them.
  const json steps = {{"platform", {{"topology", "star"}, {"devices", 4}}},
                      {"expert_parallel", {{"load_balancing", "dynamic"}, {"rebalance_interval", 2}}},
                      {"workload", {{"tokens_per_device", 64}, {"steps", 4}, {"skew", 1}}}};
  const CommandResult told = run_epsim({"run", folder.write("steps.json", steps.dump()), "--engine", "auto"});
  CHECK(told.exit_code == 0);
  CHECK_MESSAGE(std::ranges::count(told.err, '\n') == 1, told.err);
  // One transfer between two of 576 devices is quick however many pairs there could be.
  Scenario lone;
  lone.platform.topology = star_of(576, 50e9, 2e-6);
  lone.direct_traffic = Matrix<Bytes>(576, 576);
  (*lone.direct_traffic)(0, 73) = 1;
  CHECK(estimate_seconds(lone, std::vector<PatternKind>{PatternKind::point_to_point}) < 0.1);
  Scenario small = parse_scenario(star(16, 8, unequal(16)), folder.path());
  small.engine = EngineKind::automatic;
  CHECK(choose_engine(small) == EngineKind::simgrid);
}
