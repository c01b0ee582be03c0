// Exact times of every pattern on a star and on two nodes of two devices, to 1e-9 relative. Sizes are of the
// order of seconds, so that the engine's resolution (1e-9 s) stays below that.
#include <doctest/doctest.h>

#include "analysis/bounds.hpp"
#include "analysis/summary.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "sim/simulate.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

constexpr Bytes S = 1'000'000'000;  // bytes per pair
constexpr double B = 1e9;           // star: port bandwidth
constexpr double L = 1e-3;          // star: latency per link; a route has two

constexpr double Bu = 4e9;   // scale-up bandwidth
constexpr double Lu = 1e-3;  // per NVSwitch access link
constexpr double Bo = 1e9;   // NIC bandwidth
constexpr double Lo = 2e-3;  // per NIC access link
constexpr double Ls = 5e-3;  // per leaf-spine link

doctest::Approx exactly(double seconds) {
  return doctest::Approx(seconds).epsilon(1e-9);
}

Matrix<Bytes> uniform(int ranks) {
  Matrix<Bytes> bytes(ranks, ranks, S);
  for (Rank rank = 0; rank < ranks; ++rank) bytes(rank, rank) = 0;
  return bytes;
}

Scenario on_star(int devices) {
  Scenario scenario;
  scenario.platform.topology = star_of(devices, B, L);
  scenario.direct_traffic = uniform(devices);
  return scenario;
}

Scenario on_two_nodes_of_two() {
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 2;
  spec["scale_up_bandwidth"] = Bu;
  spec["scale_up_latency"] = Lu;
  spec["nic_bandwidth"] = Bo;
  spec["nic_latency"] = Lo;
  spec["leaf_spine_latency"] = Ls;
  Scenario scenario;
  scenario.platform.topology = spec;
  scenario.direct_traffic = uniform(4);
  return scenario;
}

Seconds simulated(const Scenario& scenario, PatternKind pattern) {
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  return simulate(scenario, cluster, step, {{pattern}}, {.parallel = 1, .check = true})
      .front()
      .timeline.end();
}

}  // namespace

TEST_CASE("star: all_to_all direct all at once") {
  // All N-1 blocks share the port out and in from the start: (N-1) S/B after the two links' latency.
  for (const int N : {2, 3, 4, 8}) {
    Scenario scenario = on_star(N);
    scenario.patterns.of<AllToAllOptions>().window = 0;
    CHECK(simulated(scenario, PatternKind::all_to_all) == exactly((N - 1) * S / B + 2 * L));
  }
}

TEST_CASE("star: all_to_all direct with window 1 is one permutation after the other") {
  // Rotated order: at any time every device sends to one and receives from one, at full rate; a slot frees at
  // delivery, so each of the N-1 transfers pays its latency: (N-1)(S/B + 2L).
  Scenario scenario = on_star(4);
  scenario.patterns.of<AllToAllOptions>().window = 1;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(3 * (S / B + 2 * L)));
}

TEST_CASE("star: all_to_all direct with window 2") {
  // N = 4: two transfers start at 0 and share the port; both are delivered at 2S/B + 2L. Then the third,
  // alone.
  Scenario scenario = on_star(4);
  scenario.patterns.of<AllToAllOptions>().window = 2;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(2 * S / B + 2 * L + S / B + 2 * L));
}

TEST_CASE("star: all_to_all pairwise") {
  // N-1 rounds of one permutation each: (N-1)(S/B + 2L).
  for (const int N : {2, 3, 4, 8}) {
    Scenario scenario = on_star(N);
    scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
    CHECK(simulated(scenario, PatternKind::all_to_all) == exactly((N - 1) * (S / B + 2 * L)));
  }
}

TEST_CASE("star: point_to_point and hierarchical all at once equal direct") {
  // One node: hierarchical degenerates to direct transfers; a matrix has one slot per device.
  Scenario scenario = on_star(4);
  scenario.patterns.of<PointToPointOptions>().window = 0;
  scenario.patterns.of<HierarchicalOptions>().window = 0;
  CHECK(simulated(scenario, PatternKind::point_to_point) == exactly(3 * S / B + 2 * L));
  CHECK(simulated(scenario, PatternKind::hierarchical) == exactly(3 * S / B + 2 * L));
}

TEST_CASE("star: ring one way") {
  // Hop s = 1..N-1 moves N-s blocks one hop: sum of (N-s)S/B + 2L = N(N-1)/2 S/B + (N-1) 2L.
  for (const int N : {2, 3, 4, 8})
    CHECK(simulated(on_star(N), PatternKind::ring) == exactly(N * (N - 1) / 2 * (S / B) + (N - 1) * 2 * L));
}

TEST_CASE("star: ring both ways with an odd number of devices") {
  // N = 5: blocks go at most 2 hops. Each way step 1 moves 2 blocks, step 2 moves 1; both ways
  // share the port: 2 (2 + 1) S/B + 2 * 2L.
  Scenario scenario = on_star(5);
  scenario.patterns.of<RingOptions>().bidirectional = true;
  CHECK(simulated(scenario, PatternKind::ring) == exactly(6 * S / B + 4 * L));
}

TEST_CASE("star: ring both ways with an even number of devices") {
  // N = 4: distance 2 is split half each way. Step 1: 1.5 blocks each way; step 2: 0.5 each way: (3
  // + 1) S/B
  // + 4L.
  Scenario scenario = on_star(4);
  scenario.patterns.of<RingOptions>().bidirectional = true;
  CHECK(simulated(scenario, PatternKind::ring) == exactly(4 * S / B + 4 * L));
}

TEST_CASE("two nodes: all_to_all direct all at once") {
  // The NIC carries two blocks. The one on the rail starts to flow at 2 Lo, the one over the spine 2 Ls
  // later; the NIC is never idle in between, so the last is delivered at 2 Lo + 2S/Bo. NVLink is done long
  // before.
  Scenario scenario = on_two_nodes_of_two();
  scenario.patterns.of<AllToAllOptions>().window = 0;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(2 * S / Bo + 2 * Lo));
  scenario.patterns.of<PointToPointOptions>().window = 0;
  CHECK(simulated(scenario, PatternKind::point_to_point) == exactly(2 * S / Bo + 2 * Lo));
}

TEST_CASE("two nodes: all_to_all pairwise") {
  // Rounds 1 and 3 have transfers across rails (X), which every device either sends or receives; round 2
  // stays on the rail (R): 2X + R.
  Scenario scenario = on_two_nodes_of_two();
  scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  const double X = S / Bo + 2 * Lo + 2 * Ls;
  const double R = S / Bo + 2 * Lo;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(2 * X + R));
}

TEST_CASE("two nodes: ring one way is paced by the hops across rails") {
  // Every second hop crosses rails and takes longer than the NVLink hops; step s moves 4-s blocks:
  // (3 + 2 + 1) S/Bo + 3 (2 Lo + 2 Ls).
  CHECK(simulated(on_two_nodes_of_two(), PatternKind::ring) == exactly(6 * S / Bo + 3 * (2 * Lo + 2 * Ls)));
}

TEST_CASE("two nodes: hierarchical in one chunk") {
  // Both blocks for the other node go over the rail to the gateway: 2S/Bo + 2 Lo. It keeps one and forwards
  // the other over NVLink: S/Bu + 2 Lu. The block inside the node has long arrived.
  Scenario scenario = on_two_nodes_of_two();
  scenario.patterns.of<HierarchicalOptions>().chunks = 1;
  CHECK(simulated(scenario, PatternKind::hierarchical) == exactly(2 * S / Bo + 2 * Lo + S / Bu + 2 * Lu));
}

TEST_CASE("two nodes: hierarchical with two chunks one after the other") {
  // Window 1: chunk c (half of both blocks, S bytes) is delivered at (c + 1)(S/Bo + 2 Lo). Forwarding chunk 0
  // (S/2 over NVLink) hides behind chunk 1; forwarding chunk 1 does not: 2(S/Bo + 2 Lo) + (S/2)/Bu + 2 Lu.
  Scenario scenario = on_two_nodes_of_two();
  scenario.patterns.of<HierarchicalOptions>().chunks = 2;
  scenario.patterns.of<HierarchicalOptions>().window = 1;
  CHECK(simulated(scenario, PatternKind::hierarchical) ==
        exactly(2 * (S / Bo + 2 * Lo) + 0.5 * S / Bu + 2 * Lu));
}

/// Every device sends S to the device `rails_on` rails and `nodes_on` nodes on.
Seconds rotation_time(int nodes, int nodes_on, int rails_on) {
  TopologySpec spec = rails();
  spec["nodes"] = nodes;
  spec["nic_bandwidth"] = Bo;
  spec["nic_latency"] = Lo;
  spec["leaf_spine_latency"] = Ls;
  Scenario scenario;
  scenario.platform.topology = spec;
  const int ranks = nodes * 8;
  Matrix<Bytes> bytes(ranks, ranks, 0);
  for (Rank rank = 0; rank < ranks; ++rank)
    bytes(rank, (rank / 8 + nodes_on) % nodes * 8 + (rank + rails_on) % 8) = S;
  scenario.direct_traffic = bytes;
  return simulated(scenario, PatternKind::point_to_point);
}

TEST_CASE("rotations of nodes cross a non-blocking fabric at the speed of the NICs") {
  // Every NIC sends one flow and receives one: S/Bo whatever the spines do, if no two flows meet on an
  // uplink. 33 and 40 nodes fill a unit and begin another; there other rotations across rails, as by 3 nodes
  // and a rail at 34, collide and take 1.25 times as long.
  for (const int nodes : {2, 3, 7, 12, 16, 20, 28, 33, 40})
    CHECK(rotation_time(nodes, 1, 1) == exactly(S / Bo + 2 * Lo + 2 * Ls));
  CHECK(rotation_time(28, 11, 5) == exactly(S / Bo + 2 * Lo + 2 * Ls));
  // Along the rails between two units at 64 nodes (8 spines).
  CHECK(rotation_time(64, 32, 0) == exactly(S / Bo + 2 * Lo + 2 * Ls));
}

TEST_CASE("a lone flow gets its NIC's rate across rails") {
  // Eight racks of 72: 50 GB from device 0 to device 73, the second of the next rack, at 50 GB/s.
  TopologySpec spec = rails();
  spec["nodes"] = 8;
  spec["devices_per_node"] = 72;
  spec["nic_bandwidth"] = 50e9;
  spec["nic_latency"] = spec["leaf_spine_latency"] = 0;
  Scenario scenario;
  scenario.platform.topology = spec;
  scenario.direct_traffic = Matrix<Bytes>(576, 576, 0);
  (*scenario.direct_traffic)(0, 73) = 50'000'000'000;
  CHECK(simulated(scenario, PatternKind::point_to_point) == exactly(1.0));
}

TEST_CASE("a link that is always busy is the one used most, whatever share of it the transport achieves") {
  // d0 sends 2 GB inside the node over half of 4 GB/s: 1 s, all the time. Beside it 0.7 GB over a NIC of 1
  // GB/s.
  Scenario scenario = on_two_nodes_of_two();
  TopologySpec& spec = scenario.platform.topology;
  spec["scale_up_latency"] = spec["nic_latency"] = spec["leaf_spine_latency"] = 0;
  scenario.transport.scale_up_share = 0.5;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 1) = 2 * S;
  bytes(0, 2) = 7 * S / 10;
  scenario.direct_traffic = bytes;
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  const auto runs = simulate(scenario, cluster, step, {{PatternKind::point_to_point}}, {});
  const LayerSummary layer = summarize(cluster, lower_bounds(scenario, cluster, step), runs.front());
  REQUIRE(layer.busiest_link);
  CHECK(cluster.topology.link_name(layer.busiest_link->link) == "d0->nvswitch0");
  CHECK(layer.busiest_link->utilization == exactly(1.0));
  // What bounds a network-only run is the bound of its only phase.
  CHECK(layer.lower_bound_seconds == layer.phase(Phase::dispatch).lower_bound_seconds);
}

TEST_CASE("oversubscription counts the nodes that are there") {
  // Two nodes in a unit for 32: at 2:1 the leaf's uplink carries one NIC, and both cross-rail flows of a leaf
  // share it.
  Scenario scenario = on_two_nodes_of_two();
  scenario.platform.topology["oversubscription"] = 2;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 3) = bytes(2, 1) = S;  // both from rail 0 to rail 1
  scenario.direct_traffic = bytes;
  CHECK(simulated(scenario, PatternKind::point_to_point) == exactly(2 * S / Bo + 2 * Lo + 2 * Ls));
}

TEST_CASE("start-up and overhead per message add up on the sending stream") {
  // Two devices, one message each: start_up, then the message's overhead, then S over half the bandwidth.
  Scenario scenario = on_star(2);
  scenario.transport.start_up = 0.25;
  scenario.transport.message_overhead = 0.125;
  scenario.transport.scale_up_share = 0.5;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(0.25 + 0.125 + S / (0.5 * B) + 2 * L));
}
