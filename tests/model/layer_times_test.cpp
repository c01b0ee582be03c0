// Exact times of a whole layer (gate, dispatch, experts, combine) for traffic written down by hand.
#include <doctest/doctest.h>

#include "sim/computation.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/simulate.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

constexpr Bytes D = 1'000'000'000;  // dispatch bytes per copy
constexpr Bytes C = 2'000'000'000;  // combine bytes per copy
constexpr double Bu = 4e9;
constexpr double Lu = 1e-3;
constexpr double Bo = 1e9;
constexpr double Lo = 2e-3;

doctest::Approx exactly(double seconds) {
  return doctest::Approx(seconds).epsilon(1e-9);
}

/// Two nodes of two devices, one expert each; every device has one token that selects all four experts.
struct EverybodyToEverybody {
  Scenario scenario;
  Cluster cluster;
  RoutedStep step;

  EverybodyToEverybody() : scenario(make_scenario()), cluster(build_cluster(scenario)) {
    step.traffic.rank_of_slot = {0, 1, 2, 3};
    step.traffic.selections = Matrix<std::int64_t>(4, 4, 1);
    step.traffic.device_copies = Matrix<std::int64_t>(4, 4, 1);
    step.traffic.node_copies = Matrix<std::int64_t>(4, 2, 1);
    step.traffic.dispatch_bytes_per_copy = D;
    step.traffic.combine_bytes_per_copy = C;
    step.traffic.home_tokens.assign(static_cast<std::size_t>(step.traffic.ranks()), 1);
  }

  static Scenario make_scenario() {
    TopologySpec spec = rails();
    spec["nodes"] = 2;
    spec["devices_per_node"] = 2;
    spec["scale_up_bandwidth"] = Bu;
    spec["scale_up_latency"] = Lu;
    spec["nic_bandwidth"] = Bo;
    spec["nic_latency"] = Lo;
    spec["leaf_spine_latency"] = 0;
    Scenario scenario;
    scenario.platform.topology = spec;
    // Computation on the scale of the transfers: the gate 2 * 4096 * 4 FLOP, an expert 6 * 4096 * 14336 per
    // token.
    scenario.platform.device = {"slow", 1e6, 0, 1e30, 1, 1, 1};
    scenario.expert_parallel = {
        .num_experts = 4, .experts_per_device = 1, .expert_parallel_size = 4, .top_k = 4};
    scenario.workload.tokens_per_device = {1, 1, 1, 1};
    scenario.model.hidden = 4096;
    scenario.model.expert_intermediate = 16;
    return scenario;
  }

  [[nodiscard]] Simulation run(PatternKind pattern) const {
    return std::move(simulate(scenario, cluster, step, {{pattern}}, {.parallel = 1, .check = true}).front());
  }
};

// 2 * hidden * num_experts / FLOP/s
constexpr double gate = 2 * 4096 * 4 / 1e6;
// 4 tokens * 2 * 3 * hidden * expert_intermediate / FLOP/s
constexpr double expert = 4 * 2 * 3 * 4096 * 16 / 1e6;

}  // namespace

TEST_CASE("hierarchical layer: the node's copy crosses once and combine is its mirror") {
  // Dispatch: one copy D over the rail (not two: both devices of the node share it), forwarded over NVLink.
  // Combine: the peer's output C over NVLink to the forwarder, the reduced one C over the rail; beside it,
  // the output for the node's own other device, which is sent after and overlaps.
  EverybodyToEverybody layer;
  layer.scenario.patterns.of<HierarchicalOptions>().chunks = 1;
  const double dispatch = D / Bo + 2 * Lo + D / Bu + 2 * Lu;
  // The two outputs a device sends over NVLink (to the forwarder's homes and to its own node) share the port:
  // both are delivered after 2C/Bu + 2 Lu; then the rail.
  const double combine = 2 * C / Bu + 2 * Lu + C / Bo + 2 * Lo;
  CHECK(layer.run(PatternKind::hierarchical).timeline.end() == exactly(gate + dispatch + expert + combine));
}

TEST_CASE("all_to_all layer without deduplication") {
  // top_k selections on four devices: one vector per device, two over the NIC (rail and spine, latency equal
  // here).
  EverybodyToEverybody layer;
  layer.scenario.patterns.of<AllToAllOptions>().window = 0;
  const double dispatch = 2 * D / Bo + 2 * Lo;
  const double combine = 2 * C / Bo + 2 * Lo;
  CHECK(layer.run(PatternKind::all_to_all).timeline.end() == exactly(gate + dispatch + expert + combine));
}

TEST_CASE("barriers separate the phases where point_to_point would overlap them") {
  // Device 0 alone has tokens, for experts 0 and 1. Expert 0 needs no transfer and starts at once; with
  // barriers it waits for expert 1's input to arrive.
  EverybodyToEverybody layer;
  layer.step.traffic.selections = Matrix<std::int64_t>(4, 4, 0);
  layer.step.traffic.selections(0, 0) = layer.step.traffic.selections(0, 1) = 1;
  layer.step.traffic.device_copies = layer.step.traffic.selections;
  layer.step.traffic.node_copies = Matrix<std::int64_t>(4, 2, 0);
  layer.step.traffic.node_copies(0, 0) = 1;
  const auto first_expert_start = [&] {
    const Simulation run = layer.run(PatternKind::point_to_point);
    const Schedule& schedule = run.lowered.schedule;
    Seconds first = run.timeline.end();
    for (OpId op = 0; op < schedule.size(); ++op)
      if (schedule.phase(op) == Phase::expert && schedule.kind(op) == OpKind::computation)
        first = std::min(first, run.timeline.started()[op]);
    return first;
  };
  CHECK(first_expert_start() == exactly(gate));
  layer.scenario.barriers = true;
  CHECK(first_expert_start() == exactly(gate + D / Bu + 2 * Lu));
}
