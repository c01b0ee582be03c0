#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "platforms/error.hpp"
#include "platforms/platform.hpp"
#include "platforms/routes.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

std::vector<std::string> names_between(const Topology& topology, DeviceId source, DeviceId destination) {
  const Routes routes(topology, {{source, destination}});
  std::vector<std::string> names;
  for (const LinkId link : routes.links_between(source, destination))
    names.push_back(topology.link_name(link));
  return names;
}

TopologySpec two_units() {
  TopologySpec spec = rails();
  spec["nodes"] = 4;
  spec["devices_per_node"] = 2;
  spec["nodes_per_unit"] = 2;
  spec["spines"] = 2;
  return spec;
}

}  // namespace

TEST_CASE("a star is one node with one full-duplex port per device") {
  const Topology star = build_topology({.topology = star_of(4, 50e9, 2e-6)});
  CHECK(star.device_count() == 4);
  CHECK(star.node_count() == 1);
  CHECK(star.switch_count() == 1);
  CHECK(star.link_count() == 8);
  CHECK(names_between(star, 3, 1) == std::vector<std::string>{"d3->switch", "switch->d1"});
  CHECK(Routes(star, {{0, 1}}).latency(0, 1) == doctest::Approx(4e-6));
}

TEST_CASE("a single node has no scale-out fabric") {
  TopologySpec spec = rails();
  spec["nodes"] = 1;
  const Topology node = build_topology({.topology = spec});
  CHECK(node.link_count() == 2 * 8);
  for (const Link& link : node.links()) CHECK(link.link_class == LinkClass::scale_up);
}

TEST_CASE("rail-optimized: sizes and bandwidths") {
  TopologySpec spec = two_units();
  spec["nic_bandwidth"] = 50e9;
  spec["nics_per_device"] = 0.5;
  spec["oversubscription"] = 2;
  const Topology topology = build_topology({.topology = spec});
  // 4 NVSwitches, a NIC per node, 2 units x 1 rail of leaves, 2 spines.
  CHECK(topology.switch_count() == 4 + 4 + 2 + 2);
  // Cables: 8 to NVSwitches, 8 to NICs, 4 to leaves, 2 leaves x 2 spines; two links each.
  CHECK(topology.link_count() == 2 * (8 + 8 + 4 + 4));
  // The two devices of a node share a NIC of 50 GB/s. Leaf uplinks: 2 nodes x 50 GB/s / 2 oversubscribed / 2
  // spines = 25 GB/s.
  const Routes routes(topology, {{0, 5}});
  const auto links = routes.links_between(0, 5);
  REQUIRE(links.size() == 6);
  CHECK(topology.link_name(links[0]) == "d0->node0.nic0");
  CHECK(topology.link(links[0]).bandwidth == doctest::Approx(50e9));
  CHECK(topology.link(links[1]).bandwidth == doctest::Approx(50e9));
  CHECK(topology.link(links[2]).bandwidth == doctest::Approx(25e9));
  CHECK(topology.link(links[2]).link_class == LinkClass::scale_out);
}

TEST_CASE("the default number of spines keeps 64-port switches non-blocking") {
  // 64 nodes of 8: 16 leaves with 32 uplinks each are 512 uplinks, 8 spines of 64 ports. 16 nodes of 8: 8
  // leaves with 16 uplinks, 2 spines.
  TopologySpec spec = rails();
  spec["nodes"] = 64;
  const Topology topology = build_topology({.topology = spec});
  CHECK(topology.switch_count() == 64 + 16 + 8);
  spec["nodes"] = 16;
  CHECK(build_topology({.topology = spec}).switch_count() == 16 + 8 + 2);
}

TEST_CASE("leaves have full uplinks of at least a NIC's rate at any number of nodes") {
  for (const int nodes : {2, 3, 5, 28, 31, 32, 33, 64, 100, 512, 2048})
    for (const double oversubscription : {1.0, 2.0}) {
      TopologySpec spec = rails();
      spec["nodes"] = nodes;
      spec["devices_per_node"] = nodes > 100 ? 2 : 8;
      spec["nic_bandwidth"] = 50e9;
      spec["oversubscription"] = oversubscription;
      const Topology topology = build_topology({.topology = spec});
      std::map<VertexId, double> uplinks;
      for (const Link& link : topology.links()) {
        const bool is_uplink = topology.name_of_vertex(link.from).starts_with("leaf") &&
                               topology.name_of_vertex(link.to).starts_with("spine");
        if (!is_uplink) continue;
        uplinks[link.from] += link.bandwidth;
        CHECK(link.bandwidth >= 50e9 * (1 - 1e-12));
      }
      REQUIRE(!uplinks.empty());
      for (const auto& [leaf, sum] : uplinks)
        CHECK(sum == doctest::Approx(50e9 * std::min(nodes, 32) / oversubscription));
    }
}

TEST_CASE("routes: inside a node over NVSwitch - on a rail over its leaf - across rails over a spine") {
  const Topology topology = build_topology({.topology = two_units()});
  CHECK(names_between(topology, 0, 1) == std::vector<std::string>{"d0->nvswitch0", "nvswitch0->d1"});
  CHECK(names_between(topology, 0, 2) == std::vector<std::string>{"d0->leaf0.0", "leaf0.0->d2"});
  // The spine is chosen by the destination's place at its leaf: 3 is the second device there, 4 the first.
  CHECK(names_between(topology, 0, 3) ==
        std::vector<std::string>{"d0->leaf0.0", "leaf0.0->spine1", "spine1->leaf0.1", "leaf0.1->d3"});
  CHECK(names_between(topology, 0, 4) ==
        std::vector<std::string>{"d0->leaf0.0", "leaf0.0->spine0", "spine0->leaf1.0", "leaf1.0->d4"});
}

TEST_CASE("routes never pass through a device") {
  // d0 - a - d1 - b - d2: the only way from d0 to d2 leads through device 1, which does not forward.
  Topology topology({0, 0, 0});
  const VertexId a = topology.add_switch("a");
  const VertexId b = topology.add_switch("b");
  for (const auto& [device, hub] : {std::pair{0, a}, {1, a}, {1, b}, {2, b}})
    topology.connect(device, hub, LinkClass::scale_up, 1e9, 0);
  CHECK_NOTHROW(Routes(topology, {{0, 1}, {1, 2}}));
  CHECK_THROWS_WITH_AS(Routes(topology, {{0, 2}}), doctest::Contains("no route from d0 to d2"), Error);
}

TEST_CASE("routes of many pairs are contiguous and end where they should") {
  const Topology topology = build_topology({.topology = two_units()});
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (DeviceId s = 0; s < 8; ++s)
    for (DeviceId d = 7; d >= 0; --d)
      if (s != d) pairs.insert(pairs.end(), 2, {s, d});
  const Routes routes(topology, pairs);
  CHECK(routes.pairs().size() == 56);
  for (std::size_t i = 0; i < routes.pairs().size(); ++i) {
    VertexId at = routes.pairs()[i].source;
    for (const LinkId link : routes.links_of(i)) {
      CHECK(topology.link(link).from == at);
      at = topology.link(link).to;
    }
    CHECK(at == routes.pairs()[i].destination);
  }
}
