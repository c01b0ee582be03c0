#include "platforms/generators/rail_optimized.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

constexpr int switch_ports = 64;

/// Spines of 64 ports reach 64 leaves, 256 nodes of 8; modular ones of 512 ports, as InfiniBand directors
/// have, reach eight times as far.
constexpr int most_nodes_without_core = 2048;

int unit_count(const RailOptimizedSpec& spec) {
  return (spec.nodes + spec.nodes_per_unit - 1) / spec.nodes_per_unit;
}

/// Nodes of the largest unit; the fabric is built for the nodes that are there.
int nodes_in_unit(const RailOptimizedSpec& spec) {
  return std::min(spec.nodes, spec.nodes_per_unit);
}

void add_scale_out(const RailOptimizedSpec& spec, Topology& topology) {
  const int units = unit_count(spec);
  const int rails = spec.devices_per_node;
  std::vector<VertexId> leaves;
  for (int unit = 0; unit < units; ++unit)
    for (int rail = 0; rail < rails; ++rail)
      leaves.push_back(topology.add_switch("leaf" + std::to_string(unit) + "." + std::to_string(rail)));

  const BytesPerSecond port = spec.nic_bandwidth * spec.nics_per_device;
  for (DeviceId device = 0; device < topology.device_count(); ++device) {
    const int unit = topology.node_of(device) / spec.nodes_per_unit;
    const int rail = device % rails;
    topology.connect(device, leaves[at(unit * rails + rail)], LinkClass::scale_out, port, spec.nic_latency);
  }

  const int spines = spine_count(spec);
  const BytesPerSecond uplinks = port * nodes_in_unit(spec) / spec.oversubscription;
  for (int spine = 0; spine < spines; ++spine) {
    const VertexId vertex = topology.add_switch("spine" + std::to_string(spine));
    for (const VertexId leaf : leaves)
      topology.connect(leaf, vertex, LinkClass::scale_out, uplinks / spines, spec.leaf_spine_latency);
  }
}

}  // namespace

Topology build(const RailOptimizedSpec& spec) {
  std::vector<NodeId> node_of_device;
  for (NodeId node = 0; node < spec.nodes; ++node)
    node_of_device.insert(node_of_device.end(), static_cast<std::size_t>(spec.devices_per_node), node);
  Topology topology(std::move(node_of_device));
  for (NodeId node = 0; node < spec.nodes; ++node) {
    const VertexId hub = topology.add_switch("nvswitch" + std::to_string(node));
    for (const DeviceId device : topology.devices_of(node))
      topology.connect(device, hub, LinkClass::scale_up, spec.scale_up_bandwidth, spec.scale_up_latency);
  }
  if (spec.nodes > 1) add_scale_out(spec, topology);
  return topology;
}

int spine_count(const RailOptimizedSpec& spec) {
  if (spec.spines > 0) return spec.spines;
  const int devices = nodes_in_unit(spec);  // of a leaf
  const int cables = std::max(1, static_cast<int>(devices / spec.oversubscription));
  const std::int64_t leaves = std::int64_t{unit_count(spec)} * spec.devices_per_node;
  const std::int64_t wanted = (leaves * cables + switch_ports - 1) / switch_ports;
  int best = 1;
  for (int spines = 1; spines <= std::min(devices, cables) && best < wanted; ++spines)
    if (devices % spines == 0) best = spines;
  return best;
}

FabricFacts facts_of(const RailOptimizedSpec& spec) {
  return {.devices = spec.nodes * spec.devices_per_node,
          .has_nodes = true,
          .nodes = spec.nodes,
          .devices_per_node = spec.devices_per_node,
          .scale_up_bandwidth = spec.scale_up_bandwidth,
          .scale_out_bandwidth = spec.nic_bandwidth * spec.nics_per_device,
          .nic_bandwidth = spec.nic_bandwidth,
          .shares_cables = spine_count(spec) > 1 || spec.oversubscription > 1,
          .oversubscription = spec.oversubscription,
          .size_parameter = "nodes",
          .devices_per_size = spec.devices_per_node};
}

const std::vector<Parameter<RailOptimizedSpec>>& parameters_of(const RailOptimizedSpec&) {
  using Spec = RailOptimizedSpec;
  using P = Parameter<Spec>;
  static const std::vector<P> parameters = {
      {"nodes", P::Count{&Spec::nodes, 1, most_devices}},
      {"devices_per_node", P::Count{&Spec::devices_per_node, 1, most_devices}},
      {"scale_up_bandwidth", P::Bandwidth{&Spec::scale_up_bandwidth}},
      {"scale_up_latency", P::Duration{&Spec::scale_up_latency}},
      {"nic_bandwidth", P::Bandwidth{&Spec::nic_bandwidth}},
      {"nics_per_device", P::Number{&Spec::nics_per_device, 0.01, 64, "0.01 to 64"}},
      {"nic_latency", P::Duration{&Spec::nic_latency}},
      {"leaf_spine_latency", P::Duration{&Spec::leaf_spine_latency}},
      {"nodes_per_unit", P::Count{&Spec::nodes_per_unit, 1, most_nodes_without_core}},
      {"spines", P::Count{&Spec::spines, 0, 4096}, true},
      {"oversubscription", P::Number{&Spec::oversubscription, 0.01, 1000, "0.01 to 1000"}}};
  return parameters;
}

std::optional<SpecFault> fault_of(const RailOptimizedSpec& spec) {
  if (spec.nodes > most_nodes_without_core)
    return SpecFault{
        "nodes",
        fmt::format("{} nodes need a core layer above the spines, which is not available yet", spec.nodes),
        fmt::format("give 1 to {}", most_nodes_without_core)};
  if (std::int64_t{spec.nodes} * spec.devices_per_node > most_devices)
    return SpecFault{"devices_per_node",
                     fmt::format("{} nodes of {} are more than {} devices", spec.nodes, spec.devices_per_node,
                                 most_devices),
                     fmt::format("give at most {}", most_devices / spec.nodes)};
  return std::nullopt;
}

}  // namespace epsim
