#include "scenarios/sweep/sweep_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "scenarios/reader/json_file.hpp"
#include "sim/patterns/pattern.hpp"
#include "tests/support/sweeps.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// All problems of a document, one line each.
std::string problems_of(const json& document) {
  try {
    static_cast<void>(sweep_of(document));
    return "";
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::input);
    return error.what();
  }
}

void check_problem(const json& document, const std::string& text) {
  const std::string problems = problems_of(document);
  CHECK_MESSAGE(problems.find(text) != std::string::npos, problems);
}

json with(const std::string& key, const json& value) {
  json document = small_sweep();
  document[key] = value;
  return document;
}

}  // namespace

TEST_CASE("combinations: the last axis varies fastest and seeds come last") {
  json document = small_sweep();
  document["zip"] = {{"/workload/skew", {0, 1}}, {"/expert_parallel/capacity_factor", {1, 2}}};
  document["seeds"] = 2;
  const Sweep sweep = sweep_of(document);
  // 2 bandwidths x 3 token counts x 2 zipped pairs x 2 seeds
  REQUIRE(combinations(sweep) == 24);
  CHECK(swept_pointers(sweep) ==
        std::vector<std::string>{"/platform/scale_up_bandwidth", "/workload/tokens_per_device",
                                 "/expert_parallel/capacity_factor", "/workload/skew", "/workload/seed"});
  const auto values = [&](std::uint64_t combination) {
    json list = json::array();
    for (const json* value : settings_of(sweep, combination)) list.push_back(*value);
    return list;
  };
  CHECK(values(0) == json({"100GBps", 8, 1, 0, 1}));
  CHECK(values(1) == json({"100GBps", 8, 1, 0, 2}));
  CHECK(values(2) == json({"100GBps", 8, 2, 1, 1}));
  CHECK(values(4) == json({"100GBps", 16, 1, 0, 1}));
  CHECK(values(23) == json({"200GBps", 32, 2, 1, 2}));
}

TEST_CASE("a combination's scenario has its values") {
  const Scenario scenario = scenario_of(sweep_of(small_sweep()), 5);
  CHECK(scenario.workload.tokens_per_device == std::vector<int>(8, 32));
  CHECK(scenario.platform.topology.number("scale_up_bandwidth") == 200e9);
}

TEST_CASE("a pointer inside another is applied after it") {
  const Sweep sweep =
      sweep_of(with("grid", {{"/platform/devices_per_node", {2}}, {"/platform", {"h800_rail_optimized"}}}));
  const Scenario scenario = scenario_of(sweep, 0);
  CHECK(scenario.platform.preset == "h800_rail_optimized");
  CHECK(scenario.ranks() == 2);
}

TEST_CASE("patterns: all unless the points' own are swept") {
  json document = small_sweep();
  document.erase("patterns");
  CHECK(sweep_of(document).patterns == all_pattern_kinds());
  document["grid"] = {{"/expert_parallel/communication_pattern", {"ring", "all_to_all"}}};
  const Sweep sweep = sweep_of(document);
  CHECK(sweep.patterns.empty());
  CHECK(patterns_of(sweep, scenario_of(sweep, 0)) == std::vector<PatternKind>{PatternKind::ring});
}

TEST_CASE("seeds repeat from the base's seed") {
  json document = with("seeds", 3);
  document["base"]["workload"]["seed"] = 40;
  CHECK(sweep_of(document).axes.back().values == std::vector<std::vector<json>>{{40}, {41}, {42}});
}

TEST_CASE("a pointer that the base does not have names the nearest") {
  check_problem(with("grid", {{"/workload/tokens_per_devise", {1}}}),
                "did you mean \"/workload/tokens_per_device\"?");
  check_problem(with("grid", {{"/worklod/skew", {1}}}), "/worklod/skew: the base scenario has no such value");
  check_problem(with("where", {"/platform/nods < 3"}), "did you mean \"/platform/nodes\"?");
}

TEST_CASE("a key that the resolved base spells elsewhere may be swept") {
  CHECK(problems_of(with("grid", {{"/model/num_experts", {8, 16}}})) == "");
}

TEST_CASE("a pointer without effect on the base is refused") {
  json document = small_sweep();
  document["base"] = {{"platform", {{"topology", "star"}, {"devices", 4}}},
                      {"traffic", {{"uniform_bytes_per_pair", 1000}}}};
  document["grid"] = {{"/traffic/uniform_bytes_per_pair", {1, 2}}};
  CHECK(problems_of(document) == "");
  document["grid"]["/workload/skew"] = {0, 1};
  check_problem(document, "/workload/skew: has no effect");
  document["grid"].erase("/workload/skew");
  document["seeds"] = 2;
  check_problem(document, "/seeds: the base has direct traffic");
}

TEST_CASE("empty grids and lists of unequal length") {
  check_problem(with("grid", {{"/workload/skew", json::array()}}), "the list of values is empty");
  check_problem(with("grid", json::object()), "/grid: it names no pointer");
  check_problem(with("grid", {{"/workload/skew", 3}}), "not a list");
  check_problem(with("grid", {{"/workload/skew", {1, 1}}}), "given twice");
  check_problem(with("grid", {{"workload/skew", {1}}}), "not a JSON pointer");
  check_problem(with("zip", {{"/workload/skew", {1, 2}}, {"/barriers", {true}}}), "equal length");
}

TEST_CASE("one pointer swept twice") {
  json document = with("zip", {{"/workload/tokens_per_device", {1, 2}}});
  check_problem(document, "/workload/tokens_per_device: is swept twice");
  document = with("grid", {{"/workload/seed", {1, 2}}});
  document["seeds"] = 2;
  check_problem(document, "/workload/seed: is swept twice");
}

TEST_CASE("all problems of a sweep file at once") {
  json document = with("patterns", {"rinng", "ring", "ring"});
  document["sseeds"] = 3;
  document["where"] = {"nonsense"};
  document["base"]["workload"]["skew"] = -1;
  check_problem(document, "/patterns/0: \"rinng\" is not a pattern; did you mean \"ring\"?");
  check_problem(document, "/patterns/2: given twice");
  check_problem(document, "/sseeds: unknown key; did you mean \"seeds\"?");
  check_problem(document, "/where/0");
  check_problem(document, "/base/workload/skew: the number -1 is out of range");
}

TEST_CASE("a base that is missing or no scenario") {
  json document = small_sweep();
  document.erase("base");
  check_problem(document, "/base: missing");
  check_problem(with("base", 3), "/base: found the number 3");
  check_problem(with("base", "nowhere.json"), "nowhere.json: does not exist");
}

TEST_CASE("overrides change the base") {
  const Sweep sweep = parse_sweep(small_sweep(), ".", "test", {"/workload/skew=0.7"});
  CHECK(scenario_of(sweep, 0).workload.skew == 0.7);
}

TEST_CASE("the sweep schema allows exactly the keys that the reader knows") {
  const json schema =
      load_json_file(std::filesystem::path(EPSIM_SOURCE_DIR) / "scenarios" / "sweep.schema.json");
  const std::string problems = problems_of(with("zzzzzzzzzzzzzzz", 1));
  const std::string opening = "/zzzzzzzzzzzzzzz: unknown key; allowed: ";
  REQUIRE(problems.starts_with(opening));
  std::set<std::string> known;
  std::istringstream names(problems.substr(opening.size()));
  for (std::string name; names >> name;) known.insert(name.substr(0, name.find(',')));
  std::set<std::string> allowed;
  for (const auto& [key, value] : schema["properties"].items()) allowed.insert(key);
  CHECK(allowed == known);
  const json scenario_schema =
      load_json_file(std::filesystem::path(EPSIM_SOURCE_DIR) / "scenarios" / "scenario.schema.json");
  CHECK(schema["properties"]["patterns"]["items"]["enum"] ==
        scenario_schema["definitions"]["expert_parallel"]["properties"]["communication_pattern"]["enum"]);
}
