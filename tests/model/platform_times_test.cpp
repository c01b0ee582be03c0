// Times on composed platforms, derived.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/bounds.hpp"
#include "analysis/summary.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/simulate.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

constexpr Bytes S = 1'000'000;

doctest::Approx exactly(double seconds) {
  return doctest::Approx(seconds).epsilon(1e-9);
}

struct Flow {
  Rank from;
  Rank to;
};

/// Seconds until all of these messages of S bytes, sent at once, have arrived.
Seconds time_of(const json& platform, const std::vector<Flow>& flows) {
  Scenario scenario =
      parse_scenario({{"platform", platform}, {"traffic", {{"uniform_bytes_per_pair", 1}}}}, ".");
  Matrix<Bytes> bytes(scenario.direct_traffic->rows(), scenario.direct_traffic->rows(), 0);
  for (const Flow& flow : flows) bytes(flow.from, flow.to) = S;
  scenario.direct_traffic = bytes;
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  const auto runs = simulate(scenario, cluster, step, {{PatternKind::point_to_point}}, {.check = true});
  const LayerSummary layer = summarize(cluster, lower_bounds(scenario, cluster, step), runs.front());
  CHECK(layer.layer_seconds >= layer.lower_bound_seconds * (1 - 1e-9));
  return layer.layer_seconds;
}

}  // namespace

TEST_CASE("MI300X: a pair in a node has one link, between nodes a NIC") {
  const json four_nodes = {{"preset", "mi300x"}, {"nodes", 4}};
  // One link of 64 GB/s, 1 us.
  CHECK(time_of(four_nodes, {{0, 1}}) == exactly(S / 64e9 + 1e-6));
  // To seven others at once: a link each.
  std::vector<Flow> to_all;
  for (Rank other = 1; other < 8; ++other) to_all.push_back({0, other});
  CHECK(time_of(four_nodes, to_all) == exactly(S / 64e9 + 1e-6));
  // Along the rail: a NIC of 50 GB/s, two links of 0.6 us; across rails two of 0.3 us more.
  CHECK(time_of(four_nodes, {{0, 8}}) == exactly(S / 50e9 + 1.2e-6));
  CHECK(time_of(four_nodes, {{0, 9}}) == exactly(S / 50e9 + 1.8e-6));
}

TEST_CASE("devices that share a NIC: a lone flow gets all of it, eight an eighth each") {
  // A plain cluster of 100 Gb/s Ethernet: eight devices a node, one port, one switch.
  const json ethernet = {
      {"node", {{"topology", "star"}, {"devices", 8}, {"bandwidth", "300GBps"}, {"latency", "1us"}}},
      {"fabric", {{"topology", "star"}, {"bandwidth", "100Gbps"}, {"latency", "2us"}}},
      {"nodes", 3},
      {"nics_per_device", 0.125}};
  constexpr double port = 12.5e9;
  // Devices reach their NIC without latency; two links of 2 us.
  CHECK(time_of(ethernet, {{0, 8}}) == exactly(S / port + 4e-6));
  std::vector<Flow> all;
  for (Rank rank = 0; rank < 8; ++rank) all.push_back({rank, 8 + rank});
  CHECK(time_of(ethernet, all) == exactly(8 * S / port + 4e-6));
  // The receiving port is shared just so.
  CHECK(time_of(ethernet, {{0, 16}, {8, 17}}) == exactly(2 * S / port + 4e-6));
  // rail_optimized says the same.
  const json rails = {{"topology", "rail_optimized"}, {"nodes", 2},           {"devices_per_node", 8},
                      {"nic_bandwidth", "100Gbps"},   {"nic_latency", "2us"}, {"nics_per_device", 0.125}};
  CHECK(time_of(rails, {{0, 8}}) == exactly(S / port + 4e-6));
  CHECK(time_of(rails, all) == exactly(8 * S / port + 4e-6));
}

TEST_CASE("devices reach a shared NIC at the rate that it has itself") {
  // The second node's port is ten times the first one's: from it 10 GB/s to the third.
  const auto cable = [](const char* from, double bandwidth) {
    return json{{"from", from}, {"to", "s"}, {"bandwidth", bandwidth}, {"latency", 0}};
  };
  const json unequal = {{"node", {{"topology", "star"}, {"devices", 2}, {"latency", 0}}},
                        {"fabric",
                         {{"topology", "graph"},
                          {"devices", {"a", "b", "c"}},
                          {"switches", {"s"}},
                          {"links", {cable("a", 1e9), cable("b", 10e9), cable("c", 10e9)}}}},
                        {"nodes", 3},
                        {"nics_per_device", 0.5}};
  CHECK(time_of(unequal, {{2, 4}}) == exactly(S / 10e9));
  CHECK(time_of(unequal, {{0, 4}}) == exactly(S / 1e9));
}

TEST_CASE("several NICs of a device carry a message together") {
  json rails = {{"topology", "rail_optimized"}, {"nodes", 2},
                {"nic_bandwidth", "200Gbps"},   {"nic_latency", 0},
                {"leaf_spine_latency", 0},      {"nics_per_device", 2}};
  CHECK(time_of(rails, {{0, 8}}) == exactly(S / 50e9));
  CHECK(time_of(rails, {{0, 9}}) == exactly(S / 50e9));
}

TEST_CASE("inside a torus messages share its links as dimension order says") {
  // 4 x 2, last dimension first: 0 -> 3 goes by router 1 and then along the first dimension to 3 = (1, 1); 1
  // -> 3 takes the same last link. Two of them share it; the access links have no latency, the others 1 us.
  const json torus = {
      {"topology", "torus"}, {"dimensions", {4, 2}}, {"bandwidth", "10GBps"}, {"latency", "1us"}};
  CHECK(time_of(torus, {{0, 3}}) == exactly(S / 10e9 + 2e-6));
  CHECK(time_of(torus, {{1, 3}}) == exactly(S / 10e9 + 1e-6));
  // The flow from 1 has one link of latency less: for 1 us it is alone on the shared link.
  CHECK(time_of(torus, {{0, 3}, {1, 3}}) == exactly(2 * S / 10e9 + 1e-6));
  // 0 -> 2 goes along the first dimension from router 0: another link.
  CHECK(time_of(torus, {{0, 2}, {1, 3}}) == exactly(S / 10e9 + 1e-6));
}

TEST_CASE("nodes of any topology stand in any fabric") {
  // Two rings of four in a fat tree of k = 4: 0 -> 2 two hops of the ring; 0 -> 4 over the tree: 0 is the
  // first device of its first edge switch, 4 the first of the second pod: six links of 1 us.
  const json rings = {
      {"node", {{"topology", "ring"}, {"devices", 4}, {"bandwidth", "100GBps"}, {"latency", 0}}},
      {"fabric", {{"topology", "fat_tree"}, {"k", 4}, {"bandwidth", "10GBps"}, {"latency", "1us"}}},
      {"nodes", 2}};
  CHECK(time_of(rings, {{0, 2}}) == exactly(S / 100e9));
  CHECK(time_of(rings, {{0, 4}}) == exactly(S / 10e9 + 6e-6));
  CHECK(time_of(rings, {{0, 4}, {1, 4}}) == exactly(2 * S / 10e9 + 6e-6));
}
