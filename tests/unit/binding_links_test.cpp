#include "sim/engine/binding_links.hpp"

#include <doctest/doctest.h>

#include "platforms/indexing.hpp"
#include "platforms/platform.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

/// Four nodes of one device in two units, one spine: every unit's uplink serves two NICs of 50 GB/s.
Topology two_units(double oversubscription) {
  TopologySpec spec = rails();
  spec["nodes"] = 4;
  spec["devices_per_node"] = 1;
  spec["nodes_per_unit"] = 2;
  spec["spines"] = 1;
  spec["nic_bandwidth"] = 50e9;
  spec["oversubscription"] = oversubscription;
  return build_topology({.topology = spec});
}

/// Links other than the first and the last of a route that may limit.
std::vector<std::string> binding_in_the_middle(const Topology& topology, const Routes& routes) {
  std::vector<BytesPerSecond> bandwidth;
  for (const Link& link : topology.links()) bandwidth.push_back(link.bandwidth);
  const std::vector<bool> binding = binding_links(routes, bandwidth);
  std::vector<std::string> names;
  for (const Link& link : topology.links())
    if (binding[at(link.id)] && !topology.is_device(link.from) && !topology.is_device(link.to))
      names.push_back(topology.link_name(link.id));
  return names;
}

}  // namespace

TEST_CASE("an uplink that carries all its NICs at once does not bind") {
  const Topology topology = two_units(1);
  CHECK(binding_in_the_middle(topology, Routes(topology, {{0, 2}, {1, 3}})).empty());
}

TEST_CASE("an oversubscribed uplink binds once two NICs share it") {
  const Topology topology = two_units(2);
  CHECK(binding_in_the_middle(topology, Routes(topology, {{0, 2}, {1, 3}})) ==
        std::vector<std::string>{"leaf0.0->spine0", "spine0->leaf1.0"});
}

TEST_CASE("one sender or one receiver alone cannot fill an uplink of its own speed") {
  // Oversubscribed 2:1, the uplink carries one NIC. Two senders to one receiver: the receiver's port limits.
  const Topology topology = two_units(2);
  CHECK(binding_in_the_middle(topology, Routes(topology, {{0, 2}, {0, 3}})).empty());
  CHECK(binding_in_the_middle(topology, Routes(topology, {{0, 2}, {1, 2}})).empty());
}
