#include "scenarios/sweep/runner.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <numeric>
#include <sstream>

#include "platforms/indexing.hpp"
#include "scenarios/sweep/export.hpp"
#include "scenarios/sweep/progress_report.hpp"
#include "tests/support/sweeps.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

struct Outcome {
  RunState state;
  std::int64_t points_with_scenario = 0;
  std::string table;  ///< without the columns that may differ
};

/// The rows up to the first column that may differ.
std::string comparable(const std::string& csv) {
  std::string result;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::size_t end = line.size();
    for (int column = 0; column < 4; ++column) end = line.rfind(',', end - 1);
    result += line.substr(0, end) + '\n';
  }
  return result;
}

Outcome run(const json& document, const RunnerOptions& options) {
  const TemporaryFolder folder;
  const Sweep sweep = sweep_of(document);
  const std::vector<PlannedPoint> plan = plan_points(sweep, false);
  SweepDatabase database(folder.path() / "sweep.db", SweepDatabase::Access::create);
  database.store_plan(sweep, 1, plan);
  std::vector<std::size_t> points(plan.size());
  std::iota(points.begin(), points.end(), std::size_t{0});
  Outcome outcome{run_points(sweep, plan, points, database, options, nullptr)};
  std::ostringstream csv;
  write_csv(csv, database, *database.sweep());
  outcome.table = comparable(csv.str());
  Statement select = database.connection().prepare("SELECT COUNT(*) FROM points WHERE json_valid(scenario)");
  REQUIRE(select.step());
  outcome.points_with_scenario = select.integer(0);
  return outcome;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("shared routing and several jobs give the same results as neither") {
  json document = small_sweep();
  document["base"]["expert_parallel"]["routing_strategy"] = "learned_gating";
  document["base"]["workload"]["skew"] = 0.8;
  document["base"]["workload"]["steps"] = 3;
  document["seeds"] = 2;
  const Outcome alone = run(document, {.jobs = 1, .share_routing = false});
  const Outcome shared = run(document, {.jobs = 3, .share_routing = true});
  CHECK(alone.state.failed == 0);
  CHECK(count(alone.table, ",done,") == 24);  // 12 points, 2 patterns
  CHECK(shared.table == alone.table);
}

TEST_CASE("a point's figures are those of the experiment") {
  const json document = small_sweep();
  const Sweep sweep = sweep_of(document);
  const Scenario scenario = scenario_of(sweep, 4);
  const PointResult expected = result_of(run_and_summarize(scenario, sweep.patterns, {}));
  const TemporaryFolder folder;
  SweepDatabase database(folder.path() / "sweep.db", SweepDatabase::Access::create);
  const std::vector<PlannedPoint> plan = plan_points(sweep, false);
  database.store_plan(sweep, 1, plan);
  const RunState state = run_points(sweep, plan, {4}, database, {}, nullptr);
  CHECK(state.ended == 1);
  int rows = 0;
  for_each_row(database, *database.sweep(), [&](const ExportRow& row) {
    CHECK(row.point == 4);
    CHECK(*row.settings[0] == "200GBps");
    CHECK(*row.settings[1] == 16);
    CHECK(row.seed == 1);
    const PatternResult& pattern = expected.patterns[at(rows++)];
    CHECK(row.pattern == pattern.pattern);
    CHECK(row.figures == pattern.cells);
    CHECK(row.wall_seconds > 0);
    CHECK(row.memory_bytes > 1e6);
    CHECK(row.started_at.size() == 20);
  });
  CHECK(rows == 2);
  Statement select = database.connection().prepare("SELECT scenario FROM points");
  REQUIRE(select.step());
  CHECK(json::parse(select.text(0))["workload"]["tokens_per_device"] == 16);
}

TEST_CASE("direct traffic has no seed and no load") {
  const json document = {{"name", "star"},
                         {"base",
                          {{"platform", {{"topology", "star"}, {"devices", 4}}},
                           {"traffic", {{"uniform_bytes_per_pair", 1000}}}}},
                         {"grid", {{"/traffic/uniform_bytes_per_pair", {1000, 1000000}}}},
                         {"patterns", {"all_to_all"}}};
  const Outcome outcome = run(document, {});
  CHECK(outcome.state.failed == 0);
  CHECK_MESSAGE(outcome.table.find("\n0,1,all_to_all,1000,") != std::string::npos, outcome.table);
}

TEST_CASE("a point that takes too long fails and the others go on") {
  json document = small_sweep();
  document["grid"] = {{"/workload/tokens_per_device", {8, 4000000}}};
  const Outcome outcome = run(document, {.jobs = 2, .limits = {.seconds = 1.0, .memory = 0}});
  CHECK(outcome.state.failed == 1);
  CHECK_MESSAGE(outcome.state.last_error.find("time limit of 1 s") != std::string::npos,
                outcome.state.last_error);
  CHECK(count(outcome.table, ",done,") == 2);
  CHECK(count(outcome.table, ",failed,") == 2);
  CHECK(outcome.points_with_scenario == 2);
}

TEST_CASE("a point that needs too much memory fails and the others go on") {
  json document = small_sweep();
  document["grid"] = {{"/workload/tokens_per_device", {8, 20000000}}};
  const Outcome outcome = run(document, {.jobs = 2, .limits = {.seconds = 0, .memory = 1'000'000'000}});
  CHECK(outcome.state.failed == 1);
  CHECK_MESSAGE(outcome.state.last_error.find("memory") != std::string::npos, outcome.state.last_error);
  CHECK(count(outcome.table, ",done,") == 2);
}

TEST_CASE("points run one at a time when memory is short") {
  // Points of 8, 16 and 32 tokens; with less memory than any needs, still everything runs.
  const Outcome outcome = run(small_sweep(), {.jobs = 3, .memory = 1});
  CHECK(outcome.state.failed == 0);
  CHECK(outcome.table == run(small_sweep(), {.jobs = 3}).table);
}

TEST_CASE("progress tells share rate time left failures and the best") {
  RunState state;
  state.points = 10;
  state.ended = 4;
  state.failed = 1;
  state.estimated_seconds = 100;
  state.estimated_ended = 50;
  state.best_seconds = 0.0012;
  state.best = "ring at point 7";
  // Half of the estimated cost took 20 s, so the rest takes 20 s.
  CHECK(progress_text(state, 20, true) ==
        "[########............] 40 % 4/10  0.2/s  20 s left  1 failed  best 1.200 ms (ring at point 7)");
  CHECK(progress_text(state, 20, false).starts_with("40 % 4/10"));
}
