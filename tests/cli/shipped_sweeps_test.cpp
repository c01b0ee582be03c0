// The shipped sweeps in a small version: what their "expect" says is what is found.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "scenarios/sweep/sweep_reader.hpp"
#include "tests/cli/sweep_runs.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::filesystem::path sweeps_folder() {
  return std::filesystem::path(EPSIM_SOURCE_DIR) / "scenarios" / "sweeps";
}

/// What `show --json` says of the shipped sweep with these keys replaced.
json findings_of(const std::string& name, const json& replaced) {
  json document = json::parse(read_file(sweeps_folder() / (name + ".json")));
  document.update(replaced);
  const TemporaryFolder folder;
  const TemporaryFolder outputs;
  const std::string file = folder.write(name + ".json", document.dump());
  const auto run = [&](const std::vector<std::string>& arguments) {
    CommandResult result = Command(outputs, arguments, folder.path()).wait();
    REQUIRE_MESSAGE(result.exit_code == 0, result.err);
    return result.out;
  };
  static_cast<void>(run({"sweep", file}));
  return json::parse(run({"sweep", "show", name + ".db", "--json"}));
}

const json& group_of(const json& findings, const json& values) {
  const auto found =
      std::ranges::find_if(findings["groups"], [&](const json& group) { return group["values"] == values; });
  REQUIRE(found != findings["groups"].end());
  return *found;
}

double seconds_of(const json& group, const std::string& pattern) {
  for (const json& one : group["patterns"])
    if (one["pattern"] == pattern) return one["layer_seconds"].get<double>();
  FAIL("no " << pattern);
  return 0;
}

}  // namespace

TEST_CASE("every shipped sweep can be read and says what it asks and expects") {
  int sweeps = 0;
  for (const auto& entry : std::filesystem::directory_iterator(sweeps_folder())) {
    const Sweep sweep = read_sweep(entry.path(), {});
    CHECK(sweep.question != "");
    CHECK(sweep.expect != "");
    CHECK(combinations(sweep) > 1);
    ++sweeps;
  }
  CHECK(sweeps == 4);
}

TEST_CASE("shipped sweep: few tokens ask for point_to_point and many on several nodes for hierarchical") {
  const json found =
      findings_of("pattern_by_ep_size_and_tokens",
                  {{"grid", {{"/platform/nodes", {1, 2, 4}}, {"/workload/tokens_per_device", {16, 64, 256}}}},
                   {"where", {"/platform/nodes * /workload/tokens_per_device <= 1024"}},
                   {"seeds", 1}});
  const auto best = [&](int nodes, int tokens) {
    return group_of(found, {{"/platform/nodes", nodes}, {"/workload/tokens_per_device", tokens}})["best"];
  };
  for (const int tokens : {16, 64, 256}) CHECK(best(1, tokens) == "point_to_point");
  CHECK(best(2, 16) == "point_to_point");
  CHECK(best(2, 64) == "point_to_point");
  CHECK(best(2, 256) == "hierarchical");
  CHECK(best(4, 16) == "point_to_point");
  CHECK(best(4, 64) == "point_to_point");
  CHECK(best(4, 256) == "hierarchical");
}

TEST_CASE("shipped sweep: skew costs every pattern and point_to_point most") {
  const json found = findings_of("skew_by_pattern", {{"grid", {{"/workload/skew", {0, 1.2}}}}, {"seeds", 5}});
  const json& uniform = group_of(found, {{"/workload/skew", 0}});
  const json& skewed = group_of(found, {{"/workload/skew", 1.2}});
  const auto cost = [&](const char* pattern) {
    return seconds_of(skewed, pattern) / seconds_of(uniform, pattern);
  };
  CHECK(cost("hierarchical") > 1.5);
  CHECK(cost("all_to_all") > 1.5);
  CHECK(cost("point_to_point") > cost("all_to_all"));
  CHECK(cost("point_to_point") > cost("hierarchical"));
  CHECK(uniform["best"] == "hierarchical");
  CHECK(skewed["best"] == "hierarchical");
  const auto lead = [](const json& group) {
    return seconds_of(group, "all_to_all") / seconds_of(group, "point_to_point");
  };
  CHECK(lead(uniform) > 1.3);
  CHECK(lead(skewed) < 1.1);
}

TEST_CASE("shipped sweep: small messages go by way of the rails and large ones directly") {
  const json found = findings_of("message_size_crossover", json::object());
  REQUIRE(found["crossovers"].size() == 1);
  CHECK(found["crossovers"][0]["best_below"] == "hierarchical");
  CHECK(found["crossovers"][0]["best_above"] == "all_to_all");
  CHECK(found["crossovers"][0]["below"] == 131072);
  CHECK(found["crossovers"][0]["above"] == 262144);
  for (const json& group : found["groups"]) {
    CHECK(seconds_of(group, "ring") > seconds_of(group, "all_to_all"));
    CHECK(seconds_of(group, "ring") > seconds_of(group, "hierarchical"));
    CHECK(seconds_of(group, "hierarchical") < 1.13 * seconds_of(group, "all_to_all"));
  }
}

TEST_CASE("shipped sweep: oversubscription costs all patterns alike but ring nothing") {
  const json found = findings_of("oversubscription_by_pattern", {{"seeds", 1}});
  const json& full = group_of(found, {{"/platform/fabric/oversubscription", 1}});
  const json& quarter = group_of(found, {{"/platform/fabric/oversubscription", 4}});
  for (const char* pattern : {"all_to_all", "point_to_point", "hierarchical"}) {
    const double cost = seconds_of(quarter, pattern) / seconds_of(full, pattern);
    CHECK(cost > 2.6);
    CHECK(cost < 3.5);
  }
  CHECK(seconds_of(quarter, "ring") == doctest::Approx(seconds_of(full, "ring")));
  CHECK(seconds_of(quarter, "ring") > 9 * seconds_of(quarter, "hierarchical"));
  for (const json& group : found["groups"]) {
    CHECK(group["best"] == "hierarchical");
    CHECK(seconds_of(group, "point_to_point") > 1.8 * seconds_of(group, "hierarchical"));
  }
}
