// Exact times of every term of a transport, on both engines. Two to four devices on a star of 1 GB/s ports
// with 1 ms per link, or two nodes of two.
#include <doctest/doctest.h>

#include "analysis/exports/verdict.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/simulate.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

constexpr double B = 1e9;
constexpr double L = 1e-3;
constexpr Bytes S = 1'000'000'000;

doctest::Approx exactly(double seconds) {
  return doctest::Approx(seconds).epsilon(1e-9);
}

Scenario on_star(int devices) {
  Scenario scenario;
  scenario.platform.topology = star_of(devices, B, L);
  scenario.direct_traffic = Matrix<Bytes>(devices, devices, S);
  scenario.patterns.of<AllToAllOptions>().window = 0;
  return scenario;
}

/// The end on both engines, which have to agree.
Seconds simulated(Scenario scenario, PatternKind pattern, const Traffic* traffic = nullptr) {
  const Cluster cluster = build_cluster(scenario);
  RouterState state;
  RoutedStep step;
  if (traffic)
    step.traffic = *traffic;
  else
    step = route_step(scenario, cluster, state);
  std::vector<Seconds> ends;
  for (const EngineKind engine : {EngineKind::simgrid, EngineKind::fluid}) {
    scenario.engine = engine;
    ends.push_back(simulate(scenario, cluster, step, {{pattern}}, {.parallel = 1, .check = true})
                       .front()
                       .timeline.end());
  }
  CHECK(ends[1] == exactly(ends[0]));
  return ends[0];
}

/// A layer on `devices` of a star: everybody sends one copy of S bytes to everybody, and gets S back; gates
/// and experts take no time worth speaking of.
struct LayerOnStar {
  Scenario scenario;
  Traffic traffic;

  explicit LayerOnStar(int devices) : scenario(on_star(devices)) {
    scenario.direct_traffic.reset();
    scenario.platform.device = {"fast", 1e30, 1e30, 1e30, 1, 1, 1};
    scenario.expert_parallel = {
        .num_experts = devices, .experts_per_device = 1, .expert_parallel_size = devices, .top_k = devices};
    scenario.workload.tokens_per_device.assign(static_cast<std::size_t>(devices), 1);
    for (int rank = 0; rank < devices; ++rank) traffic.rank_of_slot.push_back(rank);
    traffic.selections = traffic.device_copies = Matrix<std::int64_t>(devices, devices, 1);
    traffic.node_copies = Matrix<std::int64_t>(devices, 1, 1);
    traffic.dispatch_bytes_per_copy = traffic.combine_bytes_per_copy = S;
    traffic.home_tokens.assign(static_cast<std::size_t>(devices), 1);
  }
};

}  // namespace

TEST_CASE("start_up_per_peer: once for each of the devices that one sends to or receives from") {
  // Four devices, so three peers each: start-up 0.25 + 3 x 0.125, then 3 S over each port.
  Scenario scenario = on_star(4);
  scenario.transport.start_up = 0.25;
  scenario.transport.start_up_per_peer = 0.125;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(0.25 + 3 * 0.125 + 3 * S / B + 2 * L));
  // Device 0 sends to 1 alone and receives from 2 alone: two peers. Device 2 has one, but its message waits
  // for nobody, so device 0's is the last.
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 1) = bytes(2, 0) = S;
  scenario.direct_traffic = bytes;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(0.25 + 2 * 0.125 + S / B + 2 * L));
}

TEST_CASE("least_duration: each phase takes it at least, after the start-up") {
  // Dispatch and combine take start-up + S / B + 2 L = 0.25 + 1 + 0.002 s without a least duration. A longer
  // one takes the transfer's place.
  LayerOnStar layer(2);
  layer.scenario.transport.start_up = 0.25;
  const double transfer = S / B + 2 * L;
  const auto end = [&] { return simulated(layer.scenario, PatternKind::all_to_all, &layer.traffic); };
  CHECK(end() == exactly(2 * (0.25 + transfer)));
  layer.scenario.transport.least_combine = 3;
  CHECK(end() == exactly(0.25 + transfer + 0.25 + 3));
  layer.scenario.transport.least_dispatch = 2;
  CHECK(end() == exactly(0.25 + 2 + 0.25 + 3));
  CHECK(simulated(layer.scenario, PatternKind::point_to_point, &layer.traffic) == exactly(5.5));
  layer.scenario.barriers = true;
  CHECK(end() == exactly(5.5));
  layer.scenario.transport.least_combine = layer.scenario.transport.least_dispatch = 0.5;  // hidden
  CHECK(end() == exactly(2 * (0.25 + transfer)));
}

TEST_CASE(
    "least_duration: it runs from when the device enters the phase, beside experts that still compute") {
  // Point to point, 2 devices of 2 experts each: the first expert's output goes while the second computes, so
  // combine begins after the first expert. An expert takes 1 s, a message of S 1 s and 2 ms: without a least
  // duration the last message leaves after gate 0 + dispatch + 2 experts; a floor of 2 s from the first
  // expert's end on ends 1 s after the second expert's, before that message: it changes nothing.
  LayerOnStar layer(2);
  layer.traffic.rank_of_slot = {0, 0, 1, 1};
  layer.traffic.selections = Matrix<std::int64_t>(2, 4, 1);
  layer.scenario.expert_parallel.experts_per_device = 2;
  layer.scenario.expert_parallel.num_experts = 4;
  layer.scenario.platform.device = {"slow", 1e30, 1e30, 1, 1, 1, 1};
  layer.scenario.model = {"", 1, 1};
  layer.scenario.platform.device.memory_bandwidth = 6;  // 3 weights of 2 bytes: an expert of 1 s
  layer.scenario.expert_parallel.routing_strategy = RoutingStrategy::random;  // no gate
  const auto end = [&] { return simulated(layer.scenario, PatternKind::point_to_point, &layer.traffic); };
  const Seconds unfloored = end();
  layer.scenario.transport.least_combine = 2;
  CHECK(end() == exactly(unfloored));
  // One of 5 s ends 5 s after the first expert, whose input of the slower of two messages is there after
  // 2 S / B + 2 L: both messages share the port. It computes for 1 s.
  layer.scenario.transport.least_combine = 5;
  CHECK(end() == exactly(2 * S / B + 2 * L + 1 + 5));
}

TEST_CASE("who only passes on what others send starts up at once, like them") {
  // Two nodes of two; only device 0 sends, to device 3: by way of device 2 or 1, its rail's gateway, whose
  // kernel has long been launched when that arrives. S over the NIC, then S over the fabric inside.
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 2;
  spec["scale_up_bandwidth"] = spec["nic_bandwidth"] = B;
  spec["scale_up_latency"] = spec["nic_latency"] = spec["leaf_spine_latency"] = 0;
  Scenario scenario;
  scenario.platform.topology = spec;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 3) = S;
  scenario.direct_traffic = bytes;
  scenario.patterns.of<HierarchicalOptions>().chunks = 1;
  scenario.transport.start_up = 0.5;
  CHECK(simulated(scenario, PatternKind::hierarchical) == exactly(0.5 + 2 * S / B));
  // A least duration runs from the beginning, too, on every device of the three.
  scenario.transport.least_dispatch = 3;
  CHECK(simulated(scenario, PatternKind::hierarchical) == exactly(0.5 + 3));
  // Around a ring 0, 1, 2, 3: three hops.
  scenario.transport.least_dispatch = 0;
  CHECK(simulated(scenario, PatternKind::ring) == exactly(0.5 + 3 * S / B));
}

TEST_CASE("half_size: a message loads its links with that much more") {
  // Three messages of S + S / 2 over each port, though only 3 S bytes are sent.
  Scenario scenario = on_star(4);
  scenario.transport.half_size = S / 2;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(3 * 1.5 * S / B + 2 * L));
  // A message of half_size reaches half of the bandwidth.
  scenario.direct_traffic = Matrix<Bytes>(4, 4, 0);
  (*scenario.direct_traffic)(0, 1) = S / 2;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(S / 2 / (B / 2) + 2 * L));
}

TEST_CASE("sms and rate_per_sm cap what a device sends and, apart from that, what it receives") {
  // 3 SMs of 0.25 GB/s: 3 S out and 3 S in at 0.75 GB/s each, at the same time.
  Scenario scenario = on_star(4);
  scenario.transport.sms = 3;
  scenario.transport.rate_per_sm = B / 4;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(3 * S / (0.75 * B) + 2 * L));
  // Enough of them: the ports limit again.
  scenario.transport.sms = 5;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(3 * S / B + 2 * L));
  // Three senders and one receiver: the receiver's cap.
  scenario.transport.sms = 2;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(1, 0) = bytes(2, 0) = bytes(3, 0) = S;
  scenario.direct_traffic = bytes;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(3 * S / (0.5 * B) + 2 * L));
}

TEST_CASE("the cap is on both fabrics together") {
  // Device 0 sends S inside its node and S to the other node, over ports of 1 GB/s each: together 1 s, and
  // 2 S at a cap of 1 GB/s take 2 s.
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 2;
  spec["scale_up_bandwidth"] = B;
  spec["nic_bandwidth"] = B;
  spec["scale_up_latency"] = spec["nic_latency"] = spec["leaf_spine_latency"] = 0;
  Scenario scenario;
  scenario.platform.topology = spec;
  Matrix<Bytes> bytes(4, 4, 0);
  bytes(0, 1) = bytes(0, 2) = S;
  scenario.direct_traffic = bytes;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(S / B));
  scenario.transport.sms = 1;
  scenario.transport.rate_per_sm = B;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(2 * S / B));
}

TEST_CASE("a cap that limits is named, and no link") {
  Scenario scenario = on_star(4);
  scenario.name = "capped";
  scenario.transport.sms = 1;
  scenario.transport.rate_per_sm = B / 2;
  const auto run = [&] { return run_and_summarize(scenario, {{PatternKind::all_to_all}}, {.parallel = 1}); };
  const ExperimentResult capped = run();
  const auto& use = capped.summaries.back().layers[0].busiest_cap;
  REQUIRE(use);
  // 3 S at 0.5 GB/s; 2 ms of latency before it.
  CHECK(use->utilization == exactly(6 / 6.002));
  CHECK(verdict(capped).find("its critical path is 100 % SMs (sharing 67 %)") != std::string::npos);
  scenario.transport.rate_per_sm = 2 * B;
  CHECK(verdict(run()).find("100 % scale-up (sharing 67 %)") != std::string::npos);
  scenario.transport = {};
  CHECK(!run().summaries.back().layers[0].busiest_cap);
}

TEST_CASE("chunk_tokens: a home's tokens are cut into as many chunks as they need") {
  // Two nodes of one device; device 0 has 6 tokens for the other node's expert, so chunks of 2 tokens are 3
  // messages of 2 S, and each has two links of 0.125 s to go. With a window of 1 they go one after the other:
  // 3 x (0.25 + 2 S / B).
  Scenario scenario;
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 1;
  spec["nic_bandwidth"] = B;
  spec["scale_up_latency"] = spec["leaf_spine_latency"] = 0;
  spec["nic_latency"] = 0.125;
  scenario.platform.topology = spec;
  scenario.platform.device = {"fast", 1e30, 1e30, 1e30, 1, 1, 1};
  scenario.expert_parallel = {
      .num_experts = 2, .experts_per_device = 1, .expert_parallel_size = 2, .top_k = 1};
  Traffic traffic;
  traffic.rank_of_slot = {0, 1};
  traffic.selections = Matrix<std::int64_t>(2, 2, 0);
  traffic.selections(0, 1) = 6;
  traffic.device_copies = traffic.node_copies = traffic.selections;
  traffic.dispatch_bytes_per_copy = S;
  traffic.combine_bytes_per_copy = 1;
  traffic.home_tokens = {6, 0};
  HierarchicalOptions& options = scenario.patterns.of<HierarchicalOptions>();
  options = {.chunks = 0, .chunk_tokens = 2, .window = 1};
  // Combine: 3 messages of 2 B from device 1.
  const auto combine = [](int messages) { return messages * 0.25 + 6 / B; };
  CHECK(simulated(scenario, PatternKind::hierarchical, &traffic) ==
        exactly(3 * 0.25 + 6 * S / B + combine(3)));
  options.chunk_tokens = 4;  // 2 chunks: 6 tokens need no more
  CHECK(simulated(scenario, PatternKind::hierarchical, &traffic) ==
        exactly(2 * 0.25 + 6 * S / B + combine(2)));
  options.chunks = 6;  // wins
  CHECK(simulated(scenario, PatternKind::hierarchical, &traffic) ==
        exactly(6 * 0.25 + 6 * S / B + combine(6)));
}

TEST_CASE("a pattern's own transport is the one that it runs with") {
  Scenario scenario = on_star(4);
  scenario.transport.start_up = 1;
  Transport quick;
  quick.start_up = 0.5;
  scenario.pattern_transports[PatternKind::all_to_all] = quick;
  CHECK(simulated(scenario, PatternKind::all_to_all) == exactly(0.5 + 3 * S / B + 2 * L));
  CHECK(simulated(scenario, PatternKind::point_to_point) == exactly(1 + 3 * S / B + 2 * L));
}
