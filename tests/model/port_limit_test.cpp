// A port never carries more than its bandwidth. SimGrid 3.32's lazy updates break that now and then; this is
// the case that showed it.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/summary.hpp"
#include "scenarios/reader/scenario_reader.hpp"

using namespace epsim;

TEST_CASE("tiny messages all at once keep to the bandwidth of the port that they share") {
  // Six devices with three tokens each, top-1 at random, 512 B per token. The busiest port takes in four
  // vectors from other devices: 4 * 512 B / 50 GB/s = 40.96 ns after 2 * 2 us latency.
  const auto document = nlohmann::json::parse(R"({
    "name": "six", "platform": {"topology": "star", "devices": 6, "bandwidth": "50GBps", "latency": "2us"},
    "transport": "ideal", "model": {"hidden": 256, "expert_intermediate": 64},
    "expert_parallel": {"num_experts": 6, "experts_per_device": 1, "expert_parallel_size": 6, "top_k": 1,
                        "routing_strategy": "random"},
    "workload": {"tokens_per_device": 3, "seed": 114},
    "patterns": {"point_to_point": {"window": 0}}})");
  const Scenario scenario = parse_scenario(document, "");
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  const auto runs = simulate(scenario, cluster, step, {{PatternKind::point_to_point}}, {.check = true});
  const LowerBounds bounds = lower_bounds(scenario, cluster, step);
  CHECK(bounds.dispatch == doctest::Approx(4e-6 + 4 * 512 / 50e9).epsilon(1e-9));
  const LayerSummary layer = summarize(cluster, bounds, runs.front());
  CHECK(layer.phase(Phase::dispatch).seconds == doctest::Approx(bounds.dispatch).epsilon(1e-9));
}
