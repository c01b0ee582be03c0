#include "scenarios/reader/platform_reader.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "platforms/generators/generator.hpp"
#include "scenarios/reader/embedded.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::string message_of(const char* text) {
  try {
    static_cast<void>(parse_platform(json::parse(text)));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

double figure(const PlatformSpec& spec, std::string_view parameter) {
  return spec.topology.number(parameter);
}

}  // namespace

TEST_CASE("a star with units and with plain numbers") {
  const auto spec = parse_platform(json::parse(
      R"({"topology": "star", "devices": 16, "bandwidth": "400Gbps", "latency": 2e-6, "device": {"memory": "16GiB"}})"));
  CHECK(figure(spec, "devices") == 16);
  CHECK(figure(spec, "bandwidth") == 50e9);
  CHECK(figure(spec, "latency") == 2e-6);
  CHECK(spec.device.memory == 17'179'869'184);
  CHECK(spec.device.bf16_flops == 989e12);
  CHECK(spec.preset.empty());
}

TEST_CASE("every preset is valid and says where its figures come from") {
  CHECK(embedded_platforms().size() >= 6);
  for (const EmbeddedFile& file : embedded_platforms()) {
    INFO(file.name);
    const auto spec = parse_platform(json(std::string(file.name)));
    CHECK(spec.preset == file.name);
    CHECK(figure(spec, "nodes") == 1);
    CHECK(!json::parse(file.text).at("source").get<std::string>().empty());
  }
}

TEST_CASE("preset figures") {
  const auto h800 = parse_platform("h800_rail_optimized");
  CHECK(figure(h800, "scale_up_bandwidth") == 200e9);
  CHECK(figure(h800, "nic_bandwidth") == 50e9);
  CHECK(figure(h800, "nic_latency") == 0.6e-6);
  const auto a100 = parse_platform("a100_rail_optimized");
  CHECK(a100.device.fp8_flops == 0);
  CHECK(a100.device.memory_bandwidth == 2.04e12);
  CHECK(figure(a100, "nic_bandwidth") == 25e9);
  CHECK(device_count(parse_platform("gb200_nvl72")) == 72);
}

TEST_CASE("overrides replace a preset's members and those of its device one by one") {
  const auto spec = parse_platform(
      json::parse(R"({"preset": "h100_rail_optimized", "nodes": 4, "device": {"memory": "96GB"}})"));
  CHECK(device_count(spec) == 32);
  CHECK(spec.device.memory == 96'000'000'000);
  CHECK(spec.device.memory_bandwidth == 3.35e12);
  CHECK(spec.device.name == "H100");
}

TEST_CASE("nodes of one topology in a fabric of another") {
  const auto spec = parse_platform(json::parse(
      R"({"node": {"topology": "torus", "dimensions": [2, 2]}, "fabric": {"topology": "star"}, "nodes": 3,
          "nics_per_device": 0.5})"));
  CHECK(device_count(spec) == 12);
  CHECK(facts_of(spec).nodes == 3);
  const Topology topology = build_topology(spec);
  // A node has four routers and two NICs, and the six NICs one switch.
  CHECK(topology.switch_count() == 3 * (4 + 2) + 1);
  CHECK(topology.name_of_vertex(12) == "node0.router0");

  const auto meshes = parse_platform(json::parse(
      R"({"preset": "mi300x", "nodes": 4, "node": {"bandwidth": "32GBps"}, "fabric": {"oversubscription": 2}})"));
  CHECK(meshes.node->topology.number("bandwidth") == 32e9);
  CHECK(meshes.node->topology.count("devices") == 8);
  CHECK(meshes.topology.number("oversubscription") == 2);
  CHECK(meshes.topology.count("nodes") == 4);
  CHECK(meshes.device.name == "MI300X");
  // Another topology takes the place of the whole fabric.
  const auto other = parse_platform(json::parse(
      R"({"preset": "mi300x", "nodes": 4, "fabric": {"topology": "fat_tree", "k": 6, "bandwidth": "50GBps"}})"));
  CHECK(other.topology.generator().name == "fat_tree");
}

TEST_CASE("errors of nodes and fabrics") {
  CHECK(message_of(R"({"node": {"topology": "star", "devices": 2}, "nodes": 2, "nics_per_device": 0.5,
                       "fabric": {"topology": "graph", "devices": ["p", "q"],
                                  "links": [{"from": "p", "to": "q", "bandwidth": 1e9, "latency": 0}]}})") ==
        "/platform/fabric/links: p and q are joined directly, but NICs that devices share do not forward; "
        "put a "
        "switch between them, or give each device a NIC");
  CHECK(message_of(R"({"node": {"topology": "star"}})") ==
        "/platform/fabric: missing; a platform of nodes has a node and a fabric, a topology each");
  CHECK(
      message_of(R"({"node": {"topology": "star"}, "fabric": {"topology": "star"}, "topology": "star"})") ==
      "/platform/topology: cannot stand beside node and fabric; give a topology to each of the two instead");
  CHECK(message_of(R"({"node": {"topology": "rail_optimized"}, "fabric": {"topology": "star"}})") ==
        "/platform/node/topology: a rail_optimized has nodes of its own; name what joins the devices of one "
        "node, "
        "such as star or full_mesh");
  CHECK(message_of(R"({"node": {"topology": "star"}, "fabric": {"topology": "star", "devices": 8}})") ==
        "/platform/fabric/devices: unknown key; allowed: topology, bandwidth, latency");
  CHECK(message_of(
            R"({"node": {"topology": "star"}, "fabric": {"topology": "fat_tree", "k": 4}, "nodes": 3})") ==
        "/platform/fabric/k: the fat_tree has room for 16 NICs, but 3 nodes of 8 have 24; make it larger, or "
        "give "
        "fewer nodes");
  CHECK(
      message_of(
          R"({"node": {"topology": "star"}, "fabric": {"topology": "torus", "dimensions": [4, 3]}, "nodes": 2})") ==
      "/platform/fabric/dimensions: 4 x 3 are 12 places, but 2 nodes of 8 have 16 NICs; make their product "
      "16");
  CHECK(
      message_of(R"({"node": {"topology": "star"}, "fabric": {"topology": "star"}, "nics_per_device": 0.33})")
          .starts_with("/platform/nics_per_device: 0.33: 3 devices share a NIC"));
  CHECK(
      message_of(
          R"({"node": {"topology": "star", "devices": 1000}, "fabric": {"topology": "star"}, "nodes": 2000})") ==
      "/platform/nodes: 2000 nodes of 1000 are more than 65536 devices; give at most 65");
}

TEST_CASE("platform errors") {
  CHECK(message_of(R"("h100")")
            .starts_with("/platform: \"h100\" is not a platform preset; allowed: a100_rail"));
  CHECK(message_of(R"({"preset": "h100_rail_optimised"})").find("did you mean \"h100_rail_optimized\"?") !=
        std::string::npos);
  CHECK(
      message_of(R"({"devices": 4})") ==
      "/platform/topology: missing; give a topology (star, rail_optimized, ring, full_mesh, torus, fat_tree, "
      "dragonfly, graph), node and fabric, or a preset");
  CHECK(message_of(R"({"topology": "fat_tre"})").find("did you mean \"fat_tree\"?") != std::string::npos);
  CHECK(message_of(R"({"topology": "torus"})") ==
        "/platform/dimensions: missing; a torus has no default for it");
  CHECK(message_of(R"({"topology": "torus", "dimensions": [4, 0]})") ==
        "/platform/dimensions/1: 0 is out of range; give 1 to 65536");
  CHECK(message_of(R"({"topology": "torus", "dimensions": 4})") ==
        "/platform/dimensions: found the number 4, not a list of integers; give [...], each 1 to 65536");
  CHECK(message_of(R"({"topology": "torus", "dimensions": [4096, 4096, 65536]})") ==
        "/platform/dimensions: 4096 x 4096 x 65536 are more than 65536 devices; make them smaller");
  CHECK(message_of(R"({"topology": "fat_tree", "k": 5})") ==
        "/platform/k: 5 is odd, but half of a switch's ports go up; give 4 or 6");
  CHECK(message_of(R"({"topology": "fat_tree", "k": 4, "oversubscription": 0.5})")
            .starts_with("/platform/oversubscription: below 1"));
  CHECK(
      message_of(R"({"topology": "dragonfly", "groups": 6, "switches_per_group": 2, "devices_per_switch": 2,
                       "global_links_per_switch": 2})") ==
      "/platform/global_links_per_switch: a group has 4 global links, too few for a cable to each of 5 other "
      "groups; give at least 3");
  CHECK(message_of(R"({"topology": "ring", "devices": 4, "bandwidth": 0})") ==
        "/platform/bandwidth: the number 0 is out of range; give 1 B/s to 1000 PB/s");
  CHECK(
      message_of(R"({"topology": "full_mesh", "devices": 65536})") ==
      "/platform/devices: a full_mesh of 65536 devices has 4294901760 links, more than 8000000; give fewer");
  CHECK(
      message_of(R"({"topology": "rail_optimized", "nics_per_device": 0.4})") ==
      "/platform/nics_per_device: 0.4 is neither a whole number nor one over one; give 1, 2, ... for NICs of "
      "each device, or 0.5, 0.25, ... where 2, 4, ... devices share one");
  CHECK(message_of(R"({"topology": "rail_optimized", "nics_per_device": 0.33})") ==
        "/platform/nics_per_device: 0.33: 3 devices share a NIC, but 8 devices of a node cannot be dealt in "
        "3s; "
        "give one over a divisor of 8");
  CHECK(message_of(R"({"preset": "gb200_nvl72", "topology": "star"})")
            .starts_with("/platform/topology: a preset's topology cannot be changed"));
  CHECK(message_of(R"({"preset": "h100_rail_optimized", "nodes": 4096})") ==
        "/platform/nodes: 4096 is out of range; give 1 to 2048");
  CHECK(message_of(R"({"preset": "h100_rail_optimized", "nodes": 256, "devices_per_node": 1000})") ==
        "/platform/devices_per_node: 256 nodes of 1000 are more than 65536 devices; give at most 256");
  CHECK(
      message_of(
          R"({"topology": "star", "devices": 0, "latency": "-1us", "bandwith": 1, "device": {"x": 1}})") ==
      "/platform/devices: 0 is out of range; give 1 to 65536\n"
      "/platform/latency: \"-1us\" is not a duration; write a number and s, ms, us or ns, as in \"2us\"\n"
      "/platform/device/x: unknown key; allowed: name, bf16_flops, fp8_flops, memory_bandwidth, memory, "
      "gemm_efficiency, memory_efficiency\n"
      "/platform/bandwith: unknown key; did you mean \"bandwidth\"? (allowed: topology, devices, bandwidth, "
      "latency, device, preset, ranks, ep_groups)");
  CHECK(message_of("7") == "/platform: found the number 7, not an object; write { ... }");
  CHECK(message_of(R"({"preset": "gb200_nvl72", "source": "mine"})")
            .starts_with("/platform/source: unknown key"));
}
