#include "platforms/platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

TopologyFacts facts_of(const TopologySpec& spec) {
  return spec.generator().facts(spec);
}

PlatformParts parts_of(const PlatformSpec& spec) {
  if (!spec.node) return spec.topology.generator().parts(spec.topology);
  return {.node = spec.node->topology,
          .fabric = spec.topology,
          .nodes = spec.node->nodes,
          .devices_per_node = facts_of(spec.node->topology).ends,
          .nics = split_nics(spec.node->nics_per_device)};
}

std::vector<NodeId> nodes_of_devices(const PlatformParts& parts) {
  std::vector<NodeId> node_of_device;
  for (NodeId node = 0; node < parts.nodes; ++node)
    node_of_device.insert(node_of_device.end(), at(parts.devices_per_node), node);
  return node_of_device;
}

void join_inside_nodes(const PlatformParts& parts, Topology& topology) {
  const bool is_alone = !parts.fabric;
  RoutingRule rule;
  for (NodeId node = 0; node < parts.nodes; ++node) {
    Site site{topology, topology.devices_of(node), LinkClass::scale_up, node};
    if (!is_alone) {
      site.prefix = fmt::format(fmt::runtime(parts.name_prefix), node);
      site.suffix = fmt::format(fmt::runtime(parts.name_suffix), node);
    }
    RoutingRule of_node = parts.node->generator().join(*parts.node, site);
    rule.policy = of_node.policy;
    rule.shape = std::move(of_node.shape);
    rule.address.insert(rule.address.end(), of_node.address.begin(), of_node.address.end());
  }
  topology.route_by(LinkClass::scale_up, std::move(rule));
}

/// What the fabric joins: NICs that devices share, else the devices themselves.
std::vector<VertexId> add_ends(const PlatformParts& parts, Topology& topology) {
  std::vector<VertexId> ends;
  for (DeviceId device = 0; device < topology.device_count(); device += parts.nics.devices_per_nic) {
    const NodeId node = topology.node_of(device);
    const int nic = device % parts.devices_per_node / parts.nics.devices_per_nic;
    ends.push_back(parts.nics.devices_per_nic == 1
                       ? device
                       : topology.add_switch(fmt::format("node{}.nic{}", node, nic), node));
  }
  return ends;
}

/// Each device reaches its NIC at all the rate that this has in the fabric, without latency.
void join_devices_to_nics(const PlatformParts& parts, const std::vector<VertexId>& nics, Topology& topology) {
  std::vector<BytesPerSecond> rate(at(topology.device_count() + topology.switch_count()));
  for (const Link& link : topology.links())
    if (link.link_class == LinkClass::scale_out) rate[at(link.from)] += link.bandwidth;
  for (DeviceId device = 0; device < topology.device_count(); ++device) {
    const VertexId nic = nics[at(device / parts.nics.devices_per_nic)];
    if (rate[at(nic)] > 0) topology.connect(device, nic, LinkClass::scale_out, rate[at(nic)], 0);
  }
}

void join_nodes(const PlatformParts& parts, Topology& topology) {
  const std::vector<VertexId> ends = add_ends(parts, topology);
  const Site site{topology, ends, LinkClass::scale_out, no_node, parts.nics.per_device * 1.0};
  const RoutingRule of_ends = parts.fabric->generator().join(*parts.fabric, site);
  if (parts.nics.devices_per_nic > 1) join_devices_to_nics(parts, ends, topology);
  RoutingRule rule{of_ends.policy, of_ends.shape, {}};
  for (DeviceId device = 0; device < topology.device_count(); ++device)
    rule.address.push_back(of_ends.address[at(device / parts.nics.devices_per_nic)]);
  topology.route_by(LinkClass::scale_out, std::move(rule));
}

}  // namespace

namespace {

/// Null where it is made of nodes and a fabric that are described each for itself.
const WholeGraph* whole_graph(const PlatformSpec& spec) {
  const Generator& generator = spec.topology.generator();
  return generator.whole && !spec.node ? &*generator.whole : nullptr;
}

/// Of a graph, whose first device stands for all; where its node has links to others that are not the
/// devices' own, each has its share of them.
PlatformFacts facts_of_graph(const Topology& graph) {
  PlatformFacts facts{.devices = graph.device_count(),
                      .has_nodes = graph.node_count() > 1,
                      .nodes = graph.node_count(),
                      .shares_cables = true,
                      .size_parameter = "devices"};
  for (NodeId node = 0; node < graph.node_count(); ++node)
    facts.devices_per_node =
        std::max(facts.devices_per_node, static_cast<int>(graph.devices_of(node).size()));
  for (const Link& link : graph.links()) {
    const bool leaves_node = graph.node_of_vertex(link.from) == 0 && graph.node_of_vertex(link.to) != 0;
    if (link.from == 0 && !leaves_node) facts.scale_up_bandwidth += link.bandwidth;
    if (!leaves_node) continue;
    facts.scale_out_bandwidth += link.bandwidth / static_cast<double>(graph.devices_of(0).size());
    facts.nic_bandwidth = std::max(facts.nic_bandwidth, link.bandwidth);
  }
  return facts;
}

}  // namespace

PlatformFacts facts_of(const PlatformSpec& spec) {
  if (const WholeGraph* graph = whole_graph(spec)) return facts_of_graph(graph->build(spec.topology));
  const PlatformParts parts = parts_of(spec);
  PlatformFacts facts{.devices = parts.nodes * parts.devices_per_node,
                      .has_nodes = parts.fabric.has_value(),
                      .nodes = parts.nodes,
                      .devices_per_node = parts.devices_per_node};
  if (parts.node) {
    const TopologyFacts node = facts_of(*parts.node);
    facts.scale_up_bandwidth = node.port_bandwidth;
    facts.shares_cables = node.shares_cables;
    facts.size_parameter = node.size_parameter;
    facts.devices_per_size = node.ends_per_size;
  }
  if (parts.fabric) {
    const TopologyFacts fabric = facts_of(*parts.fabric);
    facts.scale_out_bandwidth = fabric.port_bandwidth * parts.nics.per_device / parts.nics.devices_per_nic;
    facts.nic_bandwidth = fabric.flow_bandwidth;
    facts.devices_per_nic = parts.nics.devices_per_nic;
    facts.shares_cables = fabric.shares_cables;
    facts.oversubscription = fabric.oversubscription;
    facts.nodes_per_unit = fabric.nodes_per_unit;
    facts.size_parameter = fabric.size_parameter;
    facts.devices_per_size = fabric.ends_per_size * parts.nics.devices_per_nic;
  }
  if (spec.node) {
    facts.size_parameter = "nodes";
    facts.devices_per_size = parts.devices_per_node;
  }
  return facts;
}

namespace {

/// Of a graph as fabric: shared NICs pass on what is their devices', not what comes from another node.
std::optional<SpecFault> fault_of_shared_nics(const TopologySpec& fabric) {
  if (!fabric.generator().whole) return std::nullopt;
  const auto& graph = std::get<GraphDescription>(fabric["links"]);
  const auto is_place = [&](const std::string& name) {
    return std::ranges::find(graph.devices, name, &GraphVertex::name) != graph.devices.end();
  };
  for (const GraphCable& cable : graph.cables)
    if (is_place(cable.from) && is_place(cable.to))
      return SpecFault{
          "links",
          fmt::format("{} and {} are joined directly, but NICs that devices share do not forward", cable.from,
                      cable.to),
          "put a switch between them, or give each device a NIC"};
  return std::nullopt;
}

}  // namespace

std::optional<FitFault> fit_fabric(PlatformSpec& spec) {
  const NodeSpec& node = *spec.node;
  const TopologyFacts inside = facts_of(node.topology);
  if (std::int64_t{node.nodes} * inside.ends > most_devices)
    return FitFault{
        {"nodes",
         fmt::format("{} nodes of {} are more than {} devices", node.nodes, inside.ends, most_devices),
         fmt::format("give at most {}", most_devices / inside.ends)}};
  if (auto fault = nics_fault(node.nics_per_device, inside.ends)) return FitFault{*std::move(fault)};
  const int ends_per_node = inside.ends / split_nics(node.nics_per_device).devices_per_nic;
  auto fault = spec.topology.generator().fit(spec.topology, node.nodes, ends_per_node);
  if (!fault) fault = fault_of(spec.topology);
  if (!fault && ends_per_node < inside.ends) fault = fault_of_shared_nics(spec.topology);
  if (fault) return FitFault{*std::move(fault), true};
  const std::int64_t links = node.nodes * inside.links + facts_of(spec.topology).links;
  if (links > most_links)
    return FitFault{
        {"nodes", fmt::format("the platform has {} links, more than {}", links, most_links), "give fewer"}};
  return std::nullopt;
}

int device_count(const PlatformSpec& spec) {
  if (whole_graph(spec)) return facts_of(spec.topology).ends;
  return facts_of(spec).devices;
}

int most_ranks(const PlatformSpec& spec) {
  const bool is_listed = spec.ranks.order == RankOrder::listed;
  return is_listed ? static_cast<int>(spec.ranks.devices.size()) : device_count(spec);
}

std::vector<NodeId> nodes_of_devices(const PlatformSpec& spec) {
  if (const WholeGraph* graph = whole_graph(spec)) return graph->nodes_of_devices(spec.topology);
  return nodes_of_devices(parts_of(spec));
}

int nodes_spanned(const PlatformSpec& spec, int ranks) {
  const std::vector<NodeId> nodes = nodes_of_devices(spec);
  std::set<NodeId> seen;
  for (const DeviceId device : devices_of_ranks(spec.ranks, nodes, ranks)) seen.insert(nodes[at(device)]);
  return static_cast<int>(seen.size());
}

Topology build_topology(const PlatformSpec& spec) {
  if (const WholeGraph* graph = whole_graph(spec)) return graph->build(spec.topology);
  const PlatformParts parts = parts_of(spec);
  Topology topology(nodes_of_devices(parts));
  if (parts.node) join_inside_nodes(parts, topology);
  if (parts.fabric && parts.nodes > 1) join_nodes(parts, topology);
  return topology;
}

}  // namespace epsim
