// Routes over all generators: contiguous, at their destination, without loops; and as fast as the fabric
// allows.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <vector>

#include "platforms/platform.hpp"
#include "platforms/routes.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "tests/support/property.hpp"
#include "tests/support/random_platform.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::vector<std::pair<DeviceId, DeviceId>> all_pairs(int devices) {
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (DeviceId source = 0; source < devices; ++source)
    for (DeviceId destination = 0; destination < devices; ++destination)
      if (source != destination) pairs.emplace_back(source, destination);
  return pairs;
}

void check_routes(const Topology& topology) {
  const Routes routes(topology, all_pairs(topology.device_count()));
  for (std::size_t i = 0; i < routes.pairs().size(); ++i) {
    const auto [source, destination] = routes.pairs()[i];
    VertexId here = source;
    std::set<VertexId> seen = {here};
    for (const LinkId id : routes.links_of(i)) {
      const Link& link = topology.link(id);
      REQUIRE(link.from == here);
      REQUIRE((here == source || !topology.is_device(here)));
      here = link.to;
      REQUIRE(seen.insert(here).second);
    }
    REQUIRE(here == destination);
  }
}

// A rotation's slowdown: how much longer than alone its slowest transfer takes, if all share links fairly,
// which is the largest number of flows on a link for each flow that it can carry.

/// The slowest of all rotations by a multiple of `step` devices; those between nodes count.
double slowest_rotation(const Topology& topology, int step) {
  const int devices = topology.device_count();
  const Routes routes(topology, all_pairs(devices));
  double slowest = 1;
  for (int by = step; by < devices; by += step) {
    std::vector<double> flows(static_cast<std::size_t>(topology.link_count()));
    double alone = 0;
    for (DeviceId device = 0; device < devices; ++device) {
      const DeviceId destination = (device + by) % devices;
      if (topology.node_of(device) == topology.node_of(destination)) continue;
      const auto links = routes.links_between(device, destination);
      for (const LinkId link : links) ++flows[static_cast<std::size_t>(link)];
      alone = topology.link(links.front()).bandwidth;
    }
    for (const Link& link : topology.links())
      slowest = std::max(slowest, flows[static_cast<std::size_t>(link.id)] * alone / link.bandwidth);
  }
  return slowest;
}

Topology rails(int nodes, int devices_per_node, int nodes_per_unit) {
  return build_topology(parse_platform({{"topology", "rail_optimized"},
                                        {"nodes", nodes},
                                        {"devices_per_node", devices_per_node},
                                        {"nodes_per_unit", nodes_per_unit}}));
}

constexpr double full_speed = 1 + 1e-9;

}  // namespace

TEST_CASE("routes are contiguous, pass switches only, never twice, and end where they should") {
  check_property("routes", [] {
    const json platform = random_topology();
    CAPTURE(platform.dump());
    check_routes(build_topology(parse_platform(platform)));
  });
}

TEST_CASE("rotations by whole nodes run at full speed in full units and in one with a partial one") {
  for (const int nodes : {8, 16, 24, 32, 9, 11, 13, 15}) {  // units of 8: whole ones, then one and a part
    CAPTURE(nodes);
    CHECK(slowest_rotation(rails(nodes, 4, 8), 4) <= full_speed);
  }
  for (const int nodes : {28, 32, 34, 40, 64}) {
    CAPTURE(nodes);
    CHECK(slowest_rotation(rails(nodes, 4, 32), 4) <= full_speed);
  }
}

TEST_CASE("rotations by single devices run at full speed in full units and nowhere slower than half") {
  for (const int nodes : {8, 16, 24}) {
    CAPTURE(nodes);
    CHECK(slowest_rotation(rails(nodes, 4, 8), 1) <= full_speed);
  }
  CHECK(slowest_rotation(rails(64, 4, 32), 1) <= full_speed);
  for (const int nodes : {9, 13, 17, 21, 27, 34}) {
    CAPTURE(nodes);
    CHECK(slowest_rotation(rails(nodes, 4, 8), 1) <= 2 * full_speed);
  }
  for (const int nodes : {33, 34, 50, 70}) {
    CAPTURE(nodes);
    CHECK(slowest_rotation(rails(nodes, 4, 32), 1) <= 2 * full_speed);
  }
}

TEST_CASE("rotations run through a fat tree at full speed by any number of devices") {
  for (const int k : {4, 6, 8}) {
    CAPTURE(k);
    CHECK(slowest_rotation(build_topology(parse_platform({{"topology", "fat_tree"}, {"k", k}})), 1) <=
          full_speed);
  }
}

TEST_CASE("an all-to-all loads all equal links of a fabric alike, at every tier") {
  for (const json& platform :
       {json{{"topology", "fat_tree"}, {"k", 8}},
        json{{"topology", "fat_tree"}, {"k", 8}, {"oversubscription", 2}},
        json{{"topology", "rail_optimized"}, {"nodes", 16}, {"nodes_per_unit", 8}, {"devices_per_node", 4}},
        json{{"topology", "torus"}, {"dimensions", {4, 4, 4}}}, json{{"topology", "ring"}, {"devices", 8}}}) {
    CAPTURE(platform.dump());
    const Topology topology = build_topology(parse_platform(platform));
    const Routes routes(topology, all_pairs(topology.device_count()));
    std::map<std::string, std::set<int>> flows_of_kind;  // between which kinds of vertices
    std::vector<int> flows(static_cast<std::size_t>(topology.link_count()));
    for (std::size_t i = 0; i < routes.pairs().size(); ++i)
      for (const LinkId link : routes.links_of(i)) ++flows[static_cast<std::size_t>(link)];
    const auto kind = [&](VertexId vertex) {
      const std::string& name = topology.name_of_vertex(vertex);
      return name.substr(0, name.find_first_of("0123456789"));
    };
    for (const Link& link : topology.links())
      flows_of_kind[kind(link.from) + ">" + kind(link.to)].insert(flows[static_cast<std::size_t>(link.id)]);
    for (const auto& [name, counts] : flows_of_kind) {
      CAPTURE(name);
      CHECK(counts.size() == 1);
    }
  }
}
