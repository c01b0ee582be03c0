#include "analysis/summary.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "platforms/error.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;

TEST_CASE("phases last from when their first step may start to their last end") {
  const Cluster cluster = slow_cluster();
  const LayerSummary layer = summarize(cluster, slow_bounds(), slow_simulation(cluster));
  CHECK(layer.layer_seconds == 16);
  CHECK(layer.phase(Phase::gate).seconds == 1);
  CHECK(layer.phase(Phase::dispatch).seconds == 6 - 1);
  CHECK(layer.phase(Phase::expert).seconds == 7 - 3);
  CHECK(layer.phase(Phase::combine).seconds == 16 - 5);  // its join was ready at 0 and does not count
}

TEST_CASE("bytes and messages by tier") {
  const Cluster cluster = slow_cluster();
  const LayerSummary layer = summarize(cluster, slow_bounds(), slow_simulation(cluster));
  const PhaseSummary& dispatch = layer.phase(Phase::dispatch);
  CHECK(dispatch.bytes == 140);
  CHECK(dispatch.scale_up_bytes == 100);
  CHECK(dispatch.scale_out_bytes == 40);
  CHECK(dispatch.messages == 2);  // the overhead is no message
  CHECK(dispatch.lower_bound_seconds == 2);
  CHECK(layer.phase(Phase::combine).bytes == 280);
  CHECK(layer.phase(Phase::gate).messages == 0);
}

TEST_CASE("efficiency is the bounds over the times of dispatch and combine") {
  const Cluster cluster = slow_cluster();
  const LayerSummary layer = summarize(cluster, slow_bounds(), slow_simulation(cluster));
  CHECK(layer.communication_efficiency == doctest::Approx((2 + 6) / (5.0 + 11.0)));
  CHECK(layer.lower_bound_seconds == 9);
  CHECK(layer.exposed_communication_seconds == 16 - 2);  // d1 computes longest
}

TEST_CASE("a time below its bound is no result, but for rounding") {
  const Cluster cluster = slow_cluster();
  LowerBounds bounds = slow_bounds();
  bounds.dispatch = 5 + 1e-14;
  bounds.combine = 11;
  CHECK(summarize(cluster, bounds, slow_simulation(cluster)).communication_efficiency == 1);
  bounds.dispatch = 5 + 1e-9;
  CHECK(summarize(cluster, bounds, slow_simulation(cluster)).communication_efficiency == 1);
  bounds.dispatch = 5 + 1e-7;
  CHECK_THROWS_WITH_AS(
      summarize(cluster, bounds, slow_simulation(cluster)),
      doctest::Contains("dispatch: internal error: it took 5 s, below its lower bound of 5.0000001 s"),
      Error);
  bounds.dispatch = 5;
  bounds.layer = 16.1;
  CHECK_THROWS_WITH_AS(summarize(cluster, bounds, slow_simulation(cluster)),
                       doctest::Contains("layer: internal error"), Error);
}

TEST_CASE("a layer without communication is at its bound") {
  const Cluster cluster = slow_cluster();
  Simulation idle{PatternKind::ring, {}, Routes(cluster.topology, {}), Timeline(0)};
  const LayerSummary layer = summarize(cluster, {}, idle);
  CHECK(layer.layer_seconds == 0);
  CHECK(layer.communication_efficiency == 1);
  CHECK(layer.links.empty());
  CHECK(!layer.busiest_link);
}

TEST_CASE("links: bytes utilization and the busiest") {
  const Cluster cluster = slow_cluster();
  const LayerSummary layer = summarize(cluster, slow_bounds(), slow_simulation(cluster));
  REQUIRE(layer.links.size() == 8);  // four transfers over two links each
  CHECK(cluster.topology.link_name(layer.links.front().link) == "d0->nvswitch0");
  CHECK(layer.links.front().bytes == 100);
  CHECK(layer.links.front().busy_seconds == 1.5);
  CHECK(layer.links.front().utilization == doctest::Approx(100 / (100.0 * 16)));
  // leaf0.0->d0 and d2->leaf0.0 carry 80 bytes each; the former was made first.
  REQUIRE(layer.busiest_link);
  CHECK(cluster.topology.link_name(layer.busiest_link->link) == "leaf0.0->d0");
  CHECK(layer.busiest_link->utilization == doctest::Approx(80 / (10.0 * 16)));
}

TEST_CASE("links: overlapping transfers keep a link busy once") {
  const Cluster cluster = slow_cluster();
  Schedule schedule;
  const PartId part = schedule.add_part({.phase = Phase::dispatch});
  const StreamId stream = schedule.stream(0, StreamKind::scale_up);
  for (int i = 0; i < 3; ++i) schedule.add_transfer(part, stream, 1, 10, {}, {});
  Timeline timeline(3);
  const double times[3][2] = {{1, 3}, {5, 6}, {0, 2}};
  for (std::size_t i = 0; i < 3; ++i) {
    timeline.started()[i] = times[i][0];
    timeline.finished()[i] = times[i][1];
  }
  const Simulation simulation{PatternKind::ring,
                              {std::move(schedule), achieved_bandwidth(cluster.topology, {})},
                              Routes(cluster.topology, {{0, 1}}),
                              std::move(timeline)};
  const std::vector<LinkUse> uses = link_uses(cluster.topology, simulation, 6);
  REQUIRE(uses.size() == 2);
  CHECK(uses[0].busy_seconds == 4);  // 0..3 and 5..6
  CHECK(uses[0].bytes == 30);
}

TEST_CASE("loads over devices and experts") {
  const Cluster cluster = slow_cluster();
  const auto load = summarize_load(slow_step(cluster));
  REQUIRE(load);
  // One expert per rank: 1, 3, 2, 1; mean 7/4, variance (9 + 25 + 1 + 9) / 16 / 4 = 11/16.
  CHECK(load->device_loads == std::vector<std::int64_t>{1, 3, 2, 1});
  CHECK(load->expert_loads == load->device_loads);
  CHECK(load->max_over_mean == doctest::Approx(12 / 7.0));
  CHECK(load->expert_load_variance == doctest::Approx(11 / 16.0));
  CHECK(load->coefficient_of_variation == doctest::Approx(std::sqrt(11 / 16.0) / (7 / 4.0)));
  CHECK(load->dropped_selections == 1);
  CHECK(load->capacity == 3);
  CHECK(!load->auxiliary_loss);
}

TEST_CASE("direct traffic has no load") {
  CHECK(!network_experiment().summaries.front().load);
}
