#include "analysis/estimate/waiting_notice.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "scenarios/reader/scenario_reader.hpp"

using namespace epsim;

TEST_CASE("a wait is told as roughly as it is known") {
  CHECK(format_wait(0.2) == "1 s");
  CHECK(format_wait(63.2) == "64 s");
  CHECK(format_wait(600) == "10 min");
  CHECK(format_wait(9000) == "2.5 h");
}

TEST_CASE("a long wait in SimGrid is told before it begins") {
  // A message for each of 8 experts from each of 128 devices: more than a minute on one core.
  nlohmann::json document = nlohmann::json::parse(
      R"({"model": "deepseek_v3", "platform": {"preset": "h800_rail_optimized", "nodes": 16},
          "transport": "deepep_low_latency", "workload": {"tokens_per_device": 128}})");
  const std::vector<PatternKind> pattern = {PatternKind::point_to_point};
  CHECK(waiting_notice(parse_scenario(document, ".", "test"), pattern, 2)
            .find(" for this; --engine fluid is") != std::string::npos);
  document["platform"]["nodes"] = 1;
  CHECK(waiting_notice(parse_scenario(document, ".", "test"), pattern, 2).empty());
}

TEST_CASE("the time left is as if the rest went as fast, once there is something to go by") {
  CHECK(time_left(30, 0.25) == ", about 90 s left");
  CHECK(time_left(1, 0.25).empty());
  CHECK(time_left(30, 0.01).empty());
}

TEST_CASE("waiting: what an experiment does is told with its step, its part and the time left") {
  Scenario scenario;
  CHECK(activity_text({Activity::Kind::routing, 0}, scenario, 4) == "routing");
  scenario.workload.steps = 5;
  CHECK(activity_text({Activity::Kind::moving_experts, 1}, scenario, 4) == "step 2/5: moving experts");
  CHECK(activity_text({Activity::Kind::simulating, 4}, scenario, 1) == "step 5/5: simulating 1 pattern");
  CHECK(activity_text({Activity::Kind::simulating, 4, 0.25, 30}, scenario, 4) ==
        "step 5/5: simulating 4 patterns, 25 % of the bytes, about 90 s left");
}
