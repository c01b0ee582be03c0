#include "analysis/bounds.hpp"

#include <doctest/doctest.h>

#include "analysis/cuts.hpp"
#include "sim/computation.hpp"
#include "tests/support/platforms.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;
using Amounts = std::vector<Bytes>;

namespace {

Cluster grouped(Topology topology, int ranks) {
  Group group = make_group(topology, ranks);
  return {std::move(topology), std::move(group)};
}

RoutedStep direct(const Cluster& cluster, const Matrix<Bytes>& bytes) {
  return {.traffic = build_traffic(bytes, cluster.group)};
}

}  // namespace

TEST_CASE("demand: one copy per token and far rank or node - one at home for a token with anything remote") {
  const Cluster cluster = slow_cluster();
  const LayerDemand demand = layer_demand(cluster, slow_step(cluster));
  // Token by token, far ranks / far nodes: rank 0 {1, 2} / {1}; rank 0 {2, 3} / {1}; rank 1 (its own) none;
  // rank 3 {0, 1} / {0}. Copies of 10 bytes in dispatch and 20 in combine.
  CHECK(demand.dispatch.rank_in == Amounts{10, 20, 20, 10});
  CHECK(demand.dispatch.rank_out == Amounts{20, 0, 0, 10});
  CHECK(demand.dispatch.node_in == Amounts{10, 20});
  CHECK(demand.dispatch.node_out == Amounts{20, 10});
  CHECK(demand.combine.rank_in == Amounts{40, 0, 0, 20});
  CHECK(demand.combine.rank_out == Amounts{20, 40, 40, 20});
  CHECK(demand.combine.node_in == Amounts{40, 20});
  CHECK(demand.combine.node_out == Amounts{20, 40});
  // Between the nodes there are two rails of 10 B/s; two tokens leave node 0.
  CHECK(demand.dispatch.cut_seconds == doctest::Approx(2 * 10 / 20.0));
  CHECK(demand.combine.cut_seconds == doctest::Approx(2 * 20 / 20.0));
}

TEST_CASE("bounds: the busiest port or node plus the smallest latency of a pair with traffic") {
  const Cluster cluster = slow_cluster();
  const Scenario scenario = slow_scenario();
  const LowerBounds bounds = lower_bounds(scenario, cluster, slow_step(cluster));
  // Ranks have ports of 110 B/s, nodes of 20 B/s. Latency: d0 -> d1, two links of 0.25 s.
  CHECK(bounds.dispatch == doctest::Approx(20 / 20.0 + 0.5).epsilon(1e-12));
  CHECK(bounds.combine == doctest::Approx(40 / 20.0 + 0.5).epsilon(1e-12));
  // Node 0 takes in 10 + 40 bytes.
  CHECK(bounds.layer == doctest::Approx(50 / 20.0).epsilon(1e-12));
  CHECK(bounds.gate == 0);
  // Loads 1, 3, 2, 1, one expert a rank.
  CHECK(bounds.expert == expert_seconds(scenario, 3));
}

TEST_CASE("bounds: computation decides the layer where it takes longer than the network") {
  const Cluster cluster = slow_cluster();
  Scenario scenario = slow_scenario();
  scenario.platform.device.bf16_flops = 1e6;
  const LowerBounds bounds = lower_bounds(scenario, cluster, slow_step(cluster));
  CHECK(bounds.layer == bounds.expert);
  CHECK(bounds.layer > 50 / 20.0);
}

TEST_CASE("bounds: uniform traffic on a star is (N - 1) S / B + 2 L") {
  const Cluster star = grouped(build_topology({.topology = star_of(16, 50e9, 2e-6)}), 16);
  const LowerBounds bounds = lower_bounds({}, star, direct(star, Matrix<Bytes>(16, 16, 1048576)));
  CHECK(bounds.dispatch == doctest::Approx(15 * 1048576 / 50e9 + 4e-6).epsilon(1e-12));
  CHECK(bounds.combine == 0);
  CHECK(bounds.layer == bounds.dispatch);  // the layer is nothing else
}

TEST_CASE("bounds: an exchange without network bytes has bound 0") {
  const Cluster star = grouped(build_topology({.topology = star_of(4, 50e9, 2e-6)}), 4);
  Matrix<Bytes> own(4, 4);
  for (int rank = 0; rank < 4; ++rank) own(rank, rank) = 1000;
  CHECK(lower_bounds({}, star, direct(star, own)).dispatch == 0);
}

TEST_CASE("cuts: a thin link between two groups of devices binds where no port does") {
  // d0, d1 - a - b - d2, d3: ports of 100 B/s, one cable of 5 B/s between the switches.
  Topology topology({0, 0, 1, 1});
  const VertexId a = topology.add_switch("a");
  const VertexId b = topology.add_switch("b");
  for (const auto& [device, hub] : {std::pair{0, a}, {1, a}, {2, b}, {3, b}})
    topology.connect(device, hub, LinkClass::scale_up, 100, 0);
  topology.connect(a, b, LinkClass::scale_out, 5, 1);
  const Cluster cluster = grouped(std::move(topology), 4);
  Matrix<Bytes> bytes(4, 4);
  bytes(0, 2) = 10;
  bytes(1, 3) = 20;
  bytes(2, 0) = 5;
  bytes(0, 1) = 100;
  const RoutedStep step = direct(cluster, bytes);
  CHECK(layer_demand(cluster, step).dispatch.cut_seconds == doctest::Approx(30 / 5.0));
  // Smallest latency: d0 -> d1 over links without any.
  CHECK(lower_bounds({}, cluster, step).dispatch == doctest::Approx(6));
}

TEST_CASE("cuts: devices forward so a way through an idle device counts") {
  // d0 - s - d1, and d0 - t - d2 - u - d1 with d2 outside the group; 10 B/s everywhere: 20 B/s in all.
  Topology topology({0, 0, 0});
  for (const auto& [one, other] : {std::pair{0, 1}, {0, 2}, {2, 1}}) {
    const VertexId hub = topology.add_switch("s" + std::to_string(one) + std::to_string(other));
    topology.connect(one, hub, LinkClass::scale_up, 10, 0);
    topology.connect(other, hub, LinkClass::scale_up, 10, 0);
  }
  const Cuts cuts = find_cuts(grouped(std::move(topology), 2));
  REQUIRE(cuts.bandwidth.size() == 1);
  CHECK(cuts.bandwidth[0] == doctest::Approx(20));
  CHECK(cuts.sets_of_rank == std::vector<std::uint64_t>{1, 0});
}

TEST_CASE("cuts: halves and aligned blocks of nodes and never more than fit a word") {
  TopologySpec spec = rails();
  spec["devices_per_node"] = 1;
  spec["nodes"] = 6;
  // Blocks of nodes: the half 0-2; of four 0-3 (= 4-5); of two 0-1, 2-3; of one 0, 1, 2, 3, 4, and 5, which
  // stands for 0-4.
  const Cuts six = find_cuts(grouped(build_topology({.topology = spec}), 6));
  CHECK(six.bandwidth.size() == 10);
  spec["nodes"] = 40;
  const Cuts forty = find_cuts(grouped(build_topology({.topology = spec}), 40));
  CHECK(forty.bandwidth.size() == max_cuts);
}
