// Diameter, links and bisection of every generator against the textbook's formulas.
#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "platforms/error.hpp"
#include "platforms/generators/generator.hpp"
#include "platforms/measures.hpp"
#include "platforms/platform.hpp"
#include "scenarios/reader/platform_reader.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

constexpr double B = 50e9;

Topology built(const json& platform) {
  return build_topology(parse_platform(platform));
}

/// Also that the generator's facts are what is built.
void check(const json& platform, int devices, int links, int diameter, double bisection) {
  CAPTURE(platform.dump());
  const PlatformSpec spec = parse_platform(platform);
  const Topology topology = build_topology(spec);
  CHECK(topology.device_count() == devices);
  CHECK(device_count(spec) == devices);
  CHECK(topology.link_count() == links);
  CHECK(measure_routes(topology).diameter_links() == diameter);
  CHECK(bisection_of(topology) == doctest::Approx(bisection).epsilon(1e-12));
}

json of_devices(const char* topology, int devices) {
  return {{"topology", topology}, {"devices", devices}, {"bandwidth", B}, {"latency", 1e-6}};
}

json torus(std::vector<int> dimensions) {
  return {{"topology", "torus"}, {"dimensions", dimensions}, {"bandwidth", B}, {"latency", 0}};
}

json fat_tree(int k, double oversubscription = 1) {
  return {{"topology", "fat_tree"}, {"k", k}, {"bandwidth", B}, {"oversubscription", oversubscription}};
}

json dragonfly(int groups, int switches, int devices, int globals) {
  return {{"topology", "dragonfly"},
          {"groups", groups},
          {"switches_per_group", switches},
          {"devices_per_switch", devices},
          {"global_links_per_switch", globals},
          {"bandwidth", B},
          {"global_bandwidth", B}};
}

}  // namespace

TEST_CASE("star: N cables, routes of two links, N/2 ports across the middle") {
  for (const int n : {2, 9, 64}) check(of_devices("star", n), n, 2 * n, 2, n / 2 * B);
}

TEST_CASE("ring: N cables and N to the routers, N/2 hops, two cables across the middle") {
  for (const int n : {4, 9, 64}) check(of_devices("ring", n), n, 4 * n, n / 2 + 2, 2 * B);
  // Two devices have one cable, and a lone one none.
  check(of_devices("ring", 2), 2, 2 + 4, 3, B);
  check(of_devices("ring", 1), 1, 2, 0, 0);
}

TEST_CASE("full mesh: N (N - 1) links, each route is one, floor(N/2) ceil(N/2) cables across the middle") {
  for (const int n : {2, 8, 33})
    check(of_devices("full_mesh", n), n, n * (n - 1), 1, n / 2 * ((n + 1) / 2) * B);
}

TEST_CASE(
    "torus: two links per device and dimension, half of each dimension far, 2 N / (largest) cables across") {
  // Beside the 2 D N links between routers 2 N to the devices; a route has two of them.
  check(torus({4, 4, 4}), 64, 2 * 3 * 64 + 2 * 64, 2 + 2 + 2 + 2, 2 * 16 * B);
  check(torus({8, 4}), 32, 2 * 2 * 32 + 2 * 32, 4 + 2 + 2, 2 * 4 * B);
  // The middle of the second dimension cuts 2 x 3 cables, that of the first 2 x 5.
  check(torus({3, 5}), 15, 2 * 2 * 15 + 2 * 15, 1 + 2 + 2, 2 * 3 * B);
  // A hypercube: a dimension of two is one cable. 8 x 3 links, half of the devices' cables across.
  check(torus({2, 2, 2}), 8, 8 * 3 + 2 * 8, 3 + 2, 4 * B);
  check(torus({1, 6, 1}), 6, 2 * 6 + 2 * 6, 3 + 2, 2 * B);
}

TEST_CASE("fat tree: k^3/4 devices, three times as many cables, six links far, full bisection") {
  for (const int k : {2, 4, 8}) {
    const int n = k * k * k / 4;
    check(fat_tree(k), n, 2 * 3 * n, 6, n / 2 * B);
  }
  // Oversubscribed 2:1, pods have half as many aggregation switches: of the two upper tiers half is left.
  check(fat_tree(8, 2), 128, 2 * (128 + 64 + 64), 6, 64 * B / 2);
  // 3:1 of four uplinks: one of 4/3 of a device's bandwidth.
  check(fat_tree(8, 3), 128, 2 * (128 + 32 + 32), 6, 64 * B / 3);
}

TEST_CASE("dragonfly: all switches of a group joined, one cable between groups, five links far") {
  // g groups of a switches with p devices each, N = a p g: 2 N links to devices, a (a - 1) inside a group,
  // one each way for every cable between two groups. Across the middle, cables between each two of g/2 and
  // g/2 groups.
  check(dragonfly(2, 1, 2, 1), 4, 2 * 4 + 2, 3, B);
  check(dragonfly(4, 2, 2, 2), 16, 2 * 16 + 4 * 2 + 4 * 3, 5, 4 * B);
  check(dragonfly(8, 4, 2, 2), 64, 2 * 64 + 8 * 12 + 8 * 7, 5, 16 * B);
  // Four groups of six global ports: two cables to each of the three others.
  check(dragonfly(4, 3, 2, 2), 24, 2 * 24 + 4 * 6 + 4 * 3 * 2, 5, 8 * B);
}

TEST_CASE("a fat tree and a dragonfly of devices join nodes of one, all others one node") {
  CHECK(built(fat_tree(4)).node_count() == 16);
  CHECK(built(dragonfly(2, 2, 2, 1)).node_count() == 8);
  CHECK(built(torus({4, 4})).node_count() == 1);
  CHECK(built(of_devices("ring", 4)).node_count() == 1);
  CHECK(built(of_devices("full_mesh", 4)).node_count() == 1);
}

TEST_CASE("generators' facts are what they build") {
  const auto check_facts = [](const json& platform) {
    CAPTURE(platform.dump());
    const PlatformSpec spec = parse_platform(platform);
    const TopologyFacts facts = spec.topology.generator().facts(spec.topology);
    const Topology topology = build_topology(spec);
    CHECK(facts.links == topology.link_count());
    double port = 0;
    for (const Link& link : topology.links())
      if (link.from == 0) port += link.bandwidth;
    CHECK(facts.port_bandwidth == doctest::Approx(port));
  };
  for (const json& platform :
       {of_devices("star", 5), of_devices("ring", 5), of_devices("ring", 2), of_devices("full_mesh", 5),
        torus({3, 1, 2}), fat_tree(6), fat_tree(8, 3), dragonfly(5, 3, 2, 3)})
    check_facts(platform);
}
