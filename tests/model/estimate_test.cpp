// Estimates against closed forms worked out by hand.
#include "analysis/estimate/estimate.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "tests/support/platforms.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace epsim {
namespace {

constexpr Bytes megabyte = 1'000'000;  // 20 us at 50 GB/s

/// One exchange of 1 MB per pair among four devices.
Scenario uniform_star() {
  Scenario scenario;
  scenario.platform.topology = star_of(4, 50e9, 2e-6);
  scenario.direct_traffic = Matrix<Bytes>(4, 4, megabyte);
  for (Rank rank = 0; rank < 4; ++rank) (*scenario.direct_traffic)(rank, rank) = 0;
  return scenario;
}

Seconds layer_of_pattern(const Scenario& scenario, PatternKind kind) {
  const EstimatedStep last = route_last_step(scenario);
  const std::vector<PatternKind> patterns = {kind};
  return estimate_layer(scenario, last.cluster, last.step, patterns).patterns.front().layer;
}

}  // namespace

TEST_CASE("estimate: uniform traffic on a star meets the closed forms") {
  Scenario scenario = uniform_star();
  // (N-1) S/B + 2L = 3 * 20 us + 4 us
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(64e-6).epsilon(1e-12));
  CHECK(layer_of_pattern(scenario, PatternKind::point_to_point) == doctest::Approx(64e-6).epsilon(1e-12));
  CHECK(layer_of_pattern(scenario, PatternKind::hierarchical) == doctest::Approx(64e-6).epsilon(1e-12));
  // N(N-1)/2 S/B + (N-1) 2L = 6 * 20 us + 12 us
  CHECK(layer_of_pattern(scenario, PatternKind::ring) == doctest::Approx(132e-6).epsilon(1e-12));
  // (N-1)(S/B + 2L) = 3 * 24 us
  scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(72e-6).epsilon(1e-12));
}

TEST_CASE("estimate: software costs and achieved shares") {
  Scenario scenario = uniform_star();
  scenario.transport.start_up = 10e-6;
  scenario.transport.message_overhead = 1e-6;
  scenario.transport.scale_up_share = 0.5;
  // Half the bandwidth: 3 * 40 us; before it start-up 10 us and the first message's 1 us; after it 4 us.
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(135e-6).epsilon(1e-12));
  // Messages of no size to speak of: 3 overheads of 30 us each, 50 B at 25 GB/s (2 ns), start-up, latency.
  scenario.transport.message_overhead = 30e-6;
  scenario.direct_traffic = Matrix<Bytes>(4, 4, 50);
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(104.002e-6).epsilon(1e-12));
  // One in flight: 3 * (4 us + 30 us + 2 ns), start-up.
  scenario.patterns.of<AllToAllOptions>().window = 1;
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(112.006e-6).epsilon(1e-12));
}

TEST_CASE("estimate: no exchange is shorter than the transport's least duration, not even in rounds") {
  Scenario scenario = uniform_star();
  scenario.transport.start_up = 1e-3;
  scenario.transport.start_up_per_peer = 1e-4;
  scenario.transport.least_dispatch = 5e-3;
  // Three peers of four devices in a collective, two in a ring.
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(6.3e-3).epsilon(1e-12));
  CHECK(layer_of_pattern(scenario, PatternKind::ring) == doctest::Approx(6.2e-3).epsilon(1e-12));
}

TEST_CASE("estimate: who passes on in a ring has started up before anything arrives") {
  // 1 ms before the first of three hops of 1 MB at 50 GB/s (20 us) and 4 us each.
  Scenario scenario = uniform_star();
  scenario.transport.start_up = 1e-3;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 3) = 1'000'000;
  scenario.direct_traffic = bytes;
  CHECK(layer_of_pattern(scenario, PatternKind::ring) == doctest::Approx(1e-3 + 3 * 24e-6).epsilon(1e-12));
}

TEST_CASE("estimate: one receiver of everything and a pipeline over two fabrics") {
  Scenario scenario = uniform_star();
  Matrix<Bytes> incast(4, 4);
  for (Rank source = 1; source < 4; ++source) incast(source, 0) = source * megabyte;
  scenario.direct_traffic = incast;
  // Six megabytes into one port.
  CHECK(layer_of_pattern(scenario, PatternKind::all_to_all) == doctest::Approx(124e-6).epsilon(1e-12));

  TopologySpec nodes = rails();
  nodes["nodes"] = 2;
  nodes["devices_per_node"] = 2;
  nodes["scale_up_bandwidth"] = 100e9;
  nodes["nic_bandwidth"] = 50e9;
  scenario.platform.topology = nodes;
  Matrix<Bytes> across(4, 4);
  across(0, 3) = 8 * megabyte;  // d0 -> its gateway d2 -> d3
  scenario.direct_traffic = across;
  scenario.patterns.of<HierarchicalOptions>().chunks = 8;
  scenario.patterns.of<HierarchicalOptions>().window = 1;
  // Eight pieces. d2 has everything from the rail after 160 us + 1.2 us. Then the last piece inside the node:
  // an eighth of 8 * (10 + 1) us, since one is in flight.
  CHECK(layer_of_pattern(scenario, PatternKind::hierarchical) ==
        doctest::Approx(161.2e-6 + 11e-6).epsilon(1e-12));
}

TEST_CASE("estimate: with barriers a layer is the sum of its phases") {
  Scenario scenario;
  scenario.platform.topology = star_of(4, 50e9, 2e-6);
  scenario.workload.tokens_per_device = {512, 512, 512, 512};
  scenario.payload.dispatch_bytes_per_copy = scenario.payload.combine_bytes_per_copy = 8192;
  scenario.barriers = true;
  const EstimatedStep last = route_last_step(scenario);
  const std::vector<PatternKind> patterns = {PatternKind::all_to_all, PatternKind::ring};
  for (const PatternEstimate& one : estimate_layer(scenario, last.cluster, last.step, patterns).patterns) {
    const LowerBounds bounds = lower_bounds(scenario, last.cluster, last.step);
    CHECK(one.layer == doctest::Approx(bounds.gate + one.dispatch + one.expert + one.combine).epsilon(1e-12));
    CHECK(one.expert == doctest::Approx(bounds.expert).epsilon(1e-12));
    CHECK(one.dispatch >= bounds.dispatch * (1 - 1e-12));
    CHECK(one.combine >= bounds.combine * (1 - 1e-12));
  }
}

}  // namespace epsim
