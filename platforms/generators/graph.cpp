// An explicit graph: devices, switches and cables one by one. A switch from which, by way of switches, just
// the devices of one node are reached belongs to that node, and its cables are scale-up; so are cables
// between two devices of a node. All others are scale-out.
#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <map>
#include <set>

#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

const GraphDescription& graph_of(const TopologySpec& spec) {
  return std::get<GraphDescription>(spec["links"]);
}

using Numbers = std::map<std::string, int, std::less<>>;  // of vertices, devices first

Numbers numbers_of(const GraphDescription& graph) {
  Numbers numbers;
  for (const GraphVertex& device : graph.devices)
    numbers.emplace(device.name, static_cast<int>(numbers.size()));
  for (const std::string& one : graph.switches) numbers.emplace(one, static_cast<int>(numbers.size()));
  return numbers;
}

/// The node that each switch belongs to; no_node where it joins several, or none.
std::vector<NodeId> nodes_of_switches(const GraphDescription& graph) {
  using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  const Numbers numbers = numbers_of(graph);
  const auto devices = static_cast<int>(graph.devices.size());
  Undirected switches(graph.switches.size());
  for (const GraphCable& cable : graph.cables) {
    const int from = numbers.at(cable.from) - devices;
    const int to = numbers.at(cable.to) - devices;
    if (from >= 0 && to >= 0) boost::add_edge(at(from), at(to), switches);
  }
  std::vector<int> part(graph.switches.size());
  const int parts = boost::connected_components(switches, part.data());
  std::vector<std::set<NodeId>> near(graph.switches.size());
  std::vector<std::set<NodeId>> reached(at(parts));
  for (const GraphCable& cable : graph.cables)
    for (const auto& [end, other] : {std::pair{cable.from, cable.to}, std::pair{cable.to, cable.from}}) {
      const int vertex = numbers.at(end) - devices;
      const int device = numbers.at(other);
      if (vertex < 0 || device >= devices) continue;
      near[at(vertex)].insert(graph.devices[at(device)].node);
      reached[at(part[at(vertex)])].insert(graph.devices[at(device)].node);
    }
  std::vector<NodeId> nodes;
  for (std::size_t i = 0; i < near.size(); ++i) {
    const std::set<NodeId>& found = near[i].empty() ? reached[at(part[i])] : near[i];
    nodes.push_back(found.size() == 1 ? *found.begin() : no_node);
  }
  return nodes;
}

std::vector<NodeId> nodes_of_devices(const TopologySpec& spec) {
  std::vector<NodeId> nodes;
  for (const GraphVertex& device : graph_of(spec).devices) nodes.push_back(device.node);
  return nodes;
}

Topology build(const TopologySpec& spec) {
  const GraphDescription& graph = graph_of(spec);
  const Numbers numbers = numbers_of(graph);
  std::vector<std::string> names;
  std::vector<NodeId> nodes = nodes_of_devices(spec);
  for (const GraphVertex& device : graph.devices) names.push_back(device.name);
  Topology topology(nodes, names);
  const std::vector<NodeId> of_switches = nodes_of_switches(graph);
  for (std::size_t i = 0; i < graph.switches.size(); ++i)
    topology.add_switch(graph.switches[i], of_switches[i]);
  nodes.insert(nodes.end(), of_switches.begin(), of_switches.end());
  for (const GraphCable& cable : graph.cables) {
    const int from = numbers.at(cable.from);
    const int to = numbers.at(cable.to);
    const bool inside = nodes[at(from)] == nodes[at(to)] && nodes[at(from)] != no_node;
    topology.connect(from, to, inside ? LinkClass::scale_up : LinkClass::scale_out, cable.bandwidth,
                     cable.latency);
  }
  return topology;
}

/// As the network of a node, or between nodes: its devices are the ends.
RoutingRule join(const TopologySpec& spec, const Site& site) {
  const GraphDescription& graph = graph_of(spec);
  const Numbers numbers = numbers_of(graph);
  std::vector<VertexId> vertices(site.ends.begin(), site.ends.end());
  vertices.resize(graph.devices.size(), -1);  // places that nothing is at
  for (const std::string& one : graph.switches) vertices.push_back(site.add_switch(one));
  for (const GraphCable& cable : graph.cables) {
    const VertexId from = vertices[at(numbers.at(cable.from))];
    const VertexId to = vertices[at(numbers.at(cable.to))];
    if (from >= 0 && to >= 0) site.connect(from, to, cable.bandwidth, cable.latency);
  }
  return in_order("shortest", site.ends.size());
}

TopologyFacts facts(const TopologySpec& spec) {
  const GraphDescription& graph = graph_of(spec);
  TopologyFacts facts{.ends = static_cast<int>(graph.devices.size()),
                      .links = 2 * static_cast<std::int64_t>(graph.cables.size()),
                      .shares_cables = true,
                      .size_parameter = "devices"};
  if (graph.devices.empty()) return facts;
  const std::string& first = graph.devices.front().name;
  for (const GraphCable& cable : graph.cables)
    if (cable.from == first || cable.to == first) {
      facts.port_bandwidth += cable.bandwidth;
      facts.flow_bandwidth = std::max(facts.flow_bandwidth, cable.bandwidth);
    }
  return facts;
}

std::optional<SpecFault> name_fault(const GraphDescription& graph) {
  std::set<std::string, std::less<>> seen;
  const auto is_new = [&](const std::string& name) { return seen.insert(name).second; };
  constexpr const char* remedy = "give every device and switch a name of its own";
  for (const GraphVertex& device : graph.devices)
    if (!is_new(device.name))
      return SpecFault{"devices", fmt::format("\"{}\" is there twice", device.name), remedy};
  for (const std::string& one : graph.switches)
    if (!is_new(one)) return SpecFault{"switches", fmt::format("\"{}\" is there twice", one), remedy};
  return std::nullopt;
}

std::optional<SpecFault> node_fault(const GraphDescription& graph) {
  std::set<NodeId> nodes;
  for (const GraphVertex& device : graph.devices) nodes.insert(device.node);
  if (nodes.empty()) return SpecFault{"devices", "there are none", "name at least one"};
  NodeId next = 0;
  for (const NodeId node : nodes)
    if (node != next++)
      return SpecFault{"devices", fmt::format("there is a node {} but no node {}", *nodes.rbegin(), next - 1),
                       "number the nodes 0, 1, ... without gaps"};
  return std::nullopt;
}

std::optional<SpecFault> fault(const TopologySpec& spec) {
  const GraphDescription& graph = graph_of(spec);
  if (auto found = name_fault(graph)) return found;
  if (auto found = node_fault(graph)) return found;
  const Numbers numbers = numbers_of(graph);
  for (const GraphCable& cable : graph.cables) {
    for (const std::string& name : {cable.from, cable.to})
      if (!numbers.contains(name))
        return SpecFault{"links",
                         fmt::format("\"{}\", an end of number {}, is neither a device nor a switch", name,
                                     &cable - graph.cables.data()),
                         "name it under devices or switches"};
    if (cable.from == cable.to)
      return SpecFault{"links", fmt::format("\"{}\" is joined to itself", cable.from),
                       "name two different ends"};
  }
  return std::nullopt;
}

}  // namespace

Generator graph() {
  using P = Parameter;
  return {.name = "graph",
          .summary = "devices, switches and links one by one, or a GraphML file",
          .parameters = {{"links", P::Graph(), std::nullopt, ParameterRole::places}},
          .facts = facts,
          .fault = fault,
          .join = join,
          .parts = as_one_node,
          .fit = fit_into,
          .whole = WholeGraph{nodes_of_devices, build}};
}

}  // namespace epsim
