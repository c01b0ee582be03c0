// Explicit graphs: as JSON and as GraphML.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "platforms/error.hpp"
#include "platforms/graphml.hpp"
#include "platforms/measures.hpp"
#include "platforms/routes.hpp"
#include "scenarios/reader/graph_reader.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "tests/support/random_platform.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// Two nodes of two with unequal uplinks to two switches.
json two_uplinks() {
  return json::parse(R"({"topology": "graph",
    "devices": [{"name": "a0", "node": 0}, {"name": "a1", "node": 0}, {"name": "b0", "node": 1},
                {"name": "b1", "node": 1}],
    "switches": ["hub_a", "hub_b", "fast", "slow"],
    "links": [{"from": "a0", "to": "hub_a", "bandwidth": "100GBps", "latency": "1us"},
              {"from": "a1", "to": "hub_a", "bandwidth": "100GBps", "latency": "1us"},
              {"from": "b0", "to": "hub_b", "bandwidth": "100GBps", "latency": "1us"},
              {"from": "b1", "to": "hub_b", "bandwidth": "100GBps", "latency": "1us"},
              {"from": "hub_a", "to": "fast", "bandwidth": "50GBps", "latency": 0},
              {"from": "hub_a", "to": "slow", "bandwidth": "25GBps", "latency": 0},
              {"from": "hub_b", "to": "fast", "bandwidth": "50GBps", "latency": 0},
              {"from": "hub_b", "to": "slow", "bandwidth": "25GBps", "latency": 0}]})");
}

std::string message_of(const json& platform) {
  try {
    static_cast<void>(parse_platform(platform));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string with(const char* pointer, const json& value) {
  json graph = two_uplinks();
  graph[json::json_pointer(pointer)] = value;
  return message_of(graph);
}

std::string graphml_error(const std::string& body) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "g.graphml").string();
  std::ofstream(path) << R"(<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="n" for="node" attr.name="name" attr.type="string"/>
<key id="k" for="node" attr.name="kind" attr.type="string"/>
<key id="o" for="node" attr.name="node" attr.type="string"/>
<key id="b" for="edge" attr.name="bandwidth" attr.type="string"/>
<key id="l" for="edge" attr.name="latency" attr.type="double"/>
)" << body << "</graphml>";
  try {
    static_cast<void>(load_graphml(path));
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(path + ": "));
    return text.substr(path.size() + 2);
  }
  return "accepted";
}

std::string vertex(const std::string& id, const std::string& attributes) {
  return "<node id=\"" + id + "\">" + attributes + "</node>";
}

const std::string pair_of_devices = vertex("0", R"(<data key="n">x</data><data key="k">device</data>)") +
                                    vertex("1", R"(<data key="n">y</data><data key="k">device</data>)");

}  // namespace

TEST_CASE("graph: cables inside nodes are scale-up and both uplinks are used") {
  const PlatformSpec spec = parse_platform(two_uplinks());
  const Topology topology = build_topology(spec);
  CHECK(topology.device_count() == 4);
  CHECK(topology.node_count() == 2);
  CHECK(topology.switch_count() == 4);
  CHECK(topology.name_of_vertex(0) == "a0");
  for (const Link& link : topology.links()) {
    const bool to_device = topology.is_device(link.from) || topology.is_device(link.to);
    CHECK(link.link_class == (to_device ? LinkClass::scale_up : LinkClass::scale_out));
  }
  CHECK(bisection_of(topology) == doctest::Approx(75e9));
  // Equal numbers of links: the two devices of a hub take one uplink each.
  CHECK(uniform_rate(topology, measure_routes(topology)) == doctest::Approx(3 / (2 / 25e9)));
  const PlatformFacts facts = facts_of(spec);
  CHECK(facts.devices_per_node == 2);
  CHECK(facts.scale_up_bandwidth == 100e9);
  CHECK(facts.scale_out_bandwidth == 37.5e9);  // half of both uplinks
  CHECK(facts.nic_bandwidth == 50e9);
}

TEST_CASE("graph: switches without devices belong to the node that is reached, if it is one") {
  // Two tiers inside node 0, all of it scale-up; b0 on a switch of its own that also leads to the first tier.
  const Topology topology = build_topology(parse_platform(json::parse(R"({"topology": "graph",
    "devices": ["a0", "a1", {"name": "b0", "node": 1}],
    "switches": ["leaf0", "leaf1", "core"],
    "links": [{"from": "a0", "to": "leaf0", "bandwidth": 1e9, "latency": 0},
              {"from": "a1", "to": "leaf1", "bandwidth": 1e9, "latency": 0},
              {"from": "leaf0", "to": "core", "bandwidth": 1e9, "latency": 0},
              {"from": "leaf1", "to": "core", "bandwidth": 1e9, "latency": 0},
              {"from": "a0", "to": "b0", "bandwidth": 1e9, "latency": 0}]})")));
  for (LinkId link = 0; link < 8; ++link) CHECK(topology.link(link).link_class == LinkClass::scale_up);
  CHECK(topology.link(8).link_class == LinkClass::scale_out);
  CHECK_THROWS_WITH_AS(Routes(topology, {{1, 2}}), doctest::Contains("no route from a1 to b0"), Error);
}

TEST_CASE("graph: two NICs of a device are both used, by what it sends and by what it gets") {
  json graph = {{"topology", "graph"}, {"devices", json::array()}, {"switches", {"plane0", "plane1"}}};
  graph["links"] = json::array();
  for (int device = 0; device < 6; ++device) {
    const std::string name = "d" + std::to_string(device);
    graph["devices"].push_back(name);
    for (const char* plane : {"plane0", "plane1"})
      graph["links"].push_back({{"from", name}, {"to", plane}, {"bandwidth", 1e9}, {"latency", 0}});
  }
  const Topology topology = build_topology(parse_platform(graph));
  const RouteMeasures routes = measure_routes(topology);
  // Five routes from and to each device over two NICs: three and two.
  for (const std::int64_t count : routes.pairs_of_link) CHECK((count == 2 || count == 3));
}

TEST_CASE("graph: errors tell where and what to do") {
  CHECK(message_of({{"topology", "graph"}}) ==
        "/platform/devices: missing; name the devices, switches and links, or a GraphML file");
  CHECK(with("/switches/0", "a0") ==
        "/platform/switches: \"a0\" is there twice; give every device and switch a name of its own");
  CHECK(with("/devices/1", "a0") ==
        "/platform/devices: \"a0\" is there twice; give every device and switch a name of its own");
  CHECK(with("/devices/3/node", 2) == "accepted");
  CHECK(with("/devices/3/node", 3) ==
        "/platform/devices: there is a node 3 but no node 2; number the nodes 0, 1, ... without gaps");
  CHECK(with("/links/0/to", "hub_c") ==
        "/platform/links: \"hub_c\", an end of number 0, is neither a device nor a switch; name it under "
        "devices or switches");
  CHECK(with("/links/0/to", "a0") == "/platform/links: \"a0\" is joined to itself; name two different ends");
  CHECK(with("/links/0/bandwidth", 0) ==
        "/platform/links/0/bandwidth: the number 0 is out of range; give 1 B/s to 1000 PB/s");
  CHECK(with("/links/0/bandwidth", -1) ==
        "/platform/links/0/bandwidth: the number -1 is out of range; give 1 B/s to 1000 PB/s");
  CHECK(with("/links/0", {{"from", "a0"}, {"to", "hub_a"}}) ==
        "/platform/links/0/bandwidth: missing; give it, as \"50GBps\"\n"
        "/platform/links/0/latency: missing; give it, as \"1us\" or 0");
  CHECK(with("/devices", 4) == "/platform/devices: found the number 4, not a list; write [...]");
  CHECK(with("/devices", json::array()) == "/platform/devices: there are none; name at least one");
  CHECK(with("/file", "x.graphml") ==
        "/platform/file: cannot stand beside devices, switches and links; give one or the other");
  CHECK(message_of({{"topology", "graph"}, {"file", "/nowhere/x.graphml"}}).find("/nowhere/x.graphml") !=
        std::string::npos);
}

TEST_CASE("GraphML: what is written is read again as the same, for all topologies") {
  for (const char* text :
       {R"("gb200_nvl72")", R"({"preset": "mi300x", "nodes": 3, "nics_per_device": 0.5})",
        R"({"topology": "torus", "dimensions": [3, 2]})", R"({"topology": "fat_tree", "k": 4})"}) {
    CAPTURE(text);
    const Topology topology = build_topology(parse_platform(json::parse(text)));
    std::stringstream file;
    write_graphml(file, topology);
    CHECK(read_graphml(file, "there") == description_of(topology));
  }
  const TemporaryFolder folder;
  {
    std::ofstream file(folder.path() / "mine.graphml");
    write_graphml(file, build_topology(parse_platform(two_uplinks())));
  }
  const json by_file = {{"topology", "graph"}, {"file", "mine.graphml"}};
  CHECK((parse_platform(by_file, folder.path()).topology == parse_platform(two_uplinks()).topology));
}

TEST_CASE("GraphML: errors name the vertex or edge and what it lacks") {
  const auto undirected = [](const std::string& body) {
    return graphml_error("<graph id=\"G\" edgedefault=\"undirected\">" + body + "</graph>");
  };
  const std::string wanted = "; vertices need name and kind (device or switch), edges bandwidth and latency";
  CHECK(undirected(
            pair_of_devices +
            R"(<edge source="0" target="1"><data key="b">50GBps</data><data key="l">1e-6</data></edge>)") ==
        "accepted");
  CHECK(undirected(vertex("0", R"(<data key="k">device</data>)")) == "vertex 0 has no name" + wanted);
  CHECK(undirected(vertex("0", R"(<data key="n">x</data>)")) == "x has no kind" + wanted);
  CHECK(undirected(vertex("0", R"(<data key="n">x</data><data key="k">hub</data>)")) ==
        "x is of kind \"hub\"; write device or switch");
  CHECK(undirected(
            vertex("0", R"(<data key="n">x</data><data key="k">device</data><data key="o">-1</data>)")) ==
        "x has node \"-1\"; number the nodes 0, 1, ...");
  CHECK(undirected(pair_of_devices + R"(<edge source="0" target="1"><data key="l">1e-6</data></edge>)") ==
        "the edge x - y has no bandwidth" + wanted);
  CHECK(undirected(pair_of_devices +
                   R"(<edge source="0" target="1"><data key="b">fast</data><data key="l">0</data></edge>)")
            .starts_with("the edge x - y, bandwidth: \"fast\" is not a bandwidth"));
  CHECK(undirected(pair_of_devices +
                   R"(<edge source="0" target="1"><data key="b">0</data><data key="l">0</data></edge>)") ==
        "the edge x - y has a bandwidth of 0; give 1 B/s to 1000 PB/s");
  CHECK(graphml_error("<graph id=\"G\" edgedefault=\"directed\">" + pair_of_devices +
                      R"(<edge source="0" target="1"/></graph>)") ==
        "is a directed graph; write an undirected one: every edge is a full-duplex cable");
  CHECK(graphml_error("<graph").starts_with("is no GraphML that can be read: "));
}
