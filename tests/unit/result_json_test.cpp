#include "analysis/exports/result_json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;
using nlohmann::ordered_json;

TEST_CASE("a run's JSON holds every promised key") {
  const ordered_json run = run_json(slow_experiment(), 0, {{"seed", 1}});
  for (const char* pointer : {"/scenario",
                              "/resolved_scenario/seed",
                              "/version",
                              "/pattern",
                              "/engine",
                              "/resolution_seconds",
                              "/layer_seconds",
                              "/total_seconds",
                              "/static_total_seconds",
                              "/simulated_steps",
                              "/lower_bound_seconds",
                              "/communication_efficiency",
                              "/exposed_communication_seconds",
                              "/load/expert_loads",
                              "/load/device_loads",
                              "/load/max_over_mean",
                              "/load/coefficient_of_variation",
                              "/load/expert_max_over_mean",
                              "/load/expert_coefficient_of_variation",
                              "/load/dropped_selections",
                              "/load/uncovered_tokens",
                              "/load/auxiliary_loss",
                              "/load/capacity",
                              "/busiest_link/name",
                              "/busiest_link/class",
                              "/busiest_link/utilization",
                              "/blame/seconds/hot_device",
                              "/blame/phases/combine",
                              "/blame/shared_links",
                              "/placement/slots",
                              "/statistics/total_tokens_routed",
                              "/statistics/expert_load_variance",
                              "/statistics/routing_seconds",
                              "/steps/0/step",
                              "/steps/0/layer_seconds",
                              "/steps/0/phases/combine/bytes",
                              "/steps/0/load/device_loads",
                              "/steps/0/rebalance_bytes",
                              "/last_rebalance_step",
                              "/wall_seconds"})
    CHECK_MESSAGE(run.contains(ordered_json::json_pointer(pointer)), pointer);
  for (const char* phase : {"gate", "dispatch", "expert", "combine"})
    for (const char* key :
         {"seconds", "bytes", "scale_up_bytes", "scale_out_bytes", "messages", "lower_bound_seconds"})
      CHECK_MESSAGE(run["phases"][phase].contains(key), phase, key);
}

TEST_CASE("a run's values") {
  const ordered_json run = run_json(slow_experiment(), 0, {});
  CHECK(run["scenario"] == "slow, \"by hand\"");
  CHECK(run["pattern"] == "point_to_point");
  CHECK(run["layer_seconds"] == 16.0);
  CHECK(run["phases"]["dispatch"]["scale_out_bytes"] == 40);
  CHECK(run["busiest_link"]["name"] == "leaf0.0->d0");
  CHECK(run["busiest_link"]["class"] == "scale_out");
  CHECK(run["placement"]["slots"] == ordered_json({0, 1, 2, 3}));
  CHECK(run["statistics"]["total_tokens_routed"] == 4);
  CHECK(run["statistics"]["routing_seconds"] == 1.0);
  CHECK(run["load"]["auxiliary_loss"].is_null());
  CHECK(run["load"]["capacity"] == 3);
  CHECK(run["last_rebalance_step"].is_null());
  CHECK(run["steps"][0]["rebalance_bytes"] == 0);
  CHECK(run["wall_seconds"] == 0.5);
}

TEST_CASE("total_seconds sums the steps while the rest describes the last one") {
  ExperimentResult experiment = slow_experiment();
  put_before(experiment, 1);
  set_layer(experiment, 0, 0, 4);
  const ordered_json run = run_json(experiment, 0, {});
  CHECK(run["total_seconds"] == 20.0);
  CHECK(run["layer_seconds"] == 16.0);
  CHECK(run["steps"].size() == 2);
  CHECK(run["steps"][1]["step"] == 1);
  CHECK(run["statistics"]["total_tokens_routed"] == 8);
}

TEST_CASE("steps that were not simulated count as the last before them that was") {
  // Simulated 4 s, two skipped, 16 s: 4 + 4 + 4 + 16; with 5 s of moving experts before the last.
  ExperimentResult experiment = slow_experiment();
  put_before(experiment, 3);
  set_layer(experiment, 0, 0, 4);
  skip_network(experiment, 1);
  skip_network(experiment, 2);
  CHECK(run_json(experiment, 0, {})["total_seconds"] == 28.0);
  CHECK(run_json(experiment, 0, {})["simulated_steps"] == 2);
  experiment.steps.back().rebalancing =
      Rebalancing{.bytes = 1, .seconds = 5, .saved_seconds = {0}, .paid_for_after = {std::nullopt}};
  CHECK(run_json(experiment, 0, {})["total_seconds"] == 33.0);
}

TEST_CASE("a network-only run has neither load nor placement") {
  const ordered_json run = run_json(network_experiment(), 0, {});
  CHECK(run["load"].is_null());
  CHECK(run["placement"]["slots"] == ordered_json::array());
  CHECK(run["layer_seconds"] == run["phases"]["dispatch"]["seconds"]);
  CHECK(run["phases"]["combine"]["bytes"] == 0);
  CHECK(run["statistics"]["total_tokens_routed"] == 0);
}

TEST_CASE("a comparison holds one run per pattern and a verdict - numbers survive the text") {
  const ExperimentResult experiment = network_experiment();
  const ordered_json comparison = comparison_json(experiment, {});
  REQUIRE(comparison["patterns"].size() == 2);
  CHECK(comparison["patterns"][1] == run_json(experiment, 1, {}));
  CHECK(comparison["verdict"].is_string());
  const ordered_json again = ordered_json::parse(comparison.dump());
  CHECK(again["patterns"][0]["communication_efficiency"].get<double>() ==
        experiment.summaries[0].layers[0].communication_efficiency);
}
