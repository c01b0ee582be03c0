// Nodes with a scale-up switch each, joined rail by rail.
//
// Nodes of devices joined by an ideal scale-up switch (NVSwitch), each device with NICs on the leaf of its
// rail. A unit is up to `nodes_per_unit` nodes with one leaf per rail; spines join the leaves. A single node
// has no scale-out fabric. Between two leaves there are `spines` equal paths; each leaf's uplinks together
// carry the bandwidth of its downlinks (those of min(nodes, nodes_per_unit) nodes) divided by
// `oversubscription`.
#include <fmt/format.h>

#include <algorithm>

#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

constexpr int switch_ports = 64;

/// Spines of 64 ports reach 64 leaves, 256 nodes of 8; modular ones of 512 ports, as InfiniBand directors
/// have, reach eight times as far.
constexpr int most_nodes_without_core = 2048;

/// What joins the nodes: each has an end on every rail.
struct Rails {
  int nodes;
  int rails;
  int nodes_per_unit;
  double oversubscription;
  int wanted_spines;

  explicit Rails(const TopologySpec& spec)
      : nodes(spec.count("nodes")),
        rails(spec.count("devices_per_node") / split_nics(spec.number("nics_per_device")).devices_per_nic),
        nodes_per_unit(spec.count("nodes_per_unit")),
        oversubscription(spec.number("oversubscription")),
        wanted_spines(spec.count("spines")) {}

  [[nodiscard]] int units() const { return (nodes + nodes_per_unit - 1) / nodes_per_unit; }
  /// Nodes of the largest unit; the fabric is built for the nodes that are there.
  [[nodiscard]] int nodes_in_unit() const { return std::min(nodes, nodes_per_unit); }
  [[nodiscard]] std::int64_t leaves() const { return std::int64_t{units()} * rails; }
  /// Equal paths between two leaves. Where `spines` is 0: as many 64-port switches as take all cables of the
  /// leaves, or the next number that divides a leaf's ends, so that they spread evenly; never more than a
  /// leaf has cables of a NIC's rate, so that one flow gets it.
  [[nodiscard]] int spines() const {
    if (wanted_spines > 0) return wanted_spines;
    const int ends = nodes_in_unit();  // of a leaf
    const int cables = std::max(1, static_cast<int>(ends / oversubscription));
    const std::int64_t wanted = (leaves() * cables + switch_ports - 1) / switch_ports;
    int best = 1;
    for (int count = 1; count <= std::min(ends, cables) && best < wanted; ++count)
      if (ends % count == 0) best = count;
    return best;
  }
};

/// The ends of a leaf have consecutive addresses.
RoutingRule join(const TopologySpec& spec, const Site& site) {
  const Rails fabric(spec);
  std::vector<VertexId> leaves;
  for (int unit = 0; unit < fabric.units(); ++unit)
    for (int rail = 0; rail < fabric.rails; ++rail)
      leaves.push_back(site.add_switch(fmt::format("leaf{}.{}", unit, rail)));

  const BytesPerSecond port = spec.number("nic_bandwidth");
  RoutingRule rule{"shortest", {}, {}};
  for (int end = 0; end < static_cast<int>(site.ends.size()); ++end) {
    const int node = end / fabric.rails;
    const int leaf = node / fabric.nodes_per_unit * fabric.rails + end % fabric.rails;
    site.connect(site.ends[at(end)], leaves[at(leaf)], port, spec.number("nic_latency"));
    rule.address.push_back(leaf * fabric.nodes_per_unit + node % fabric.nodes_per_unit);
  }

  const int spines = fabric.spines();
  const BytesPerSecond uplinks = port * fabric.nodes_in_unit() / fabric.oversubscription;
  for (int spine = 0; spine < spines; ++spine) {
    const VertexId vertex = site.add_switch(fmt::format("spine{}", spine));
    for (const VertexId leaf : leaves)
      site.connect(leaf, vertex, uplinks / spines, spec.number("leaf_spine_latency"));
  }
  return rule;
}

TopologyFacts facts(const TopologySpec& spec) {
  const Rails fabric(spec);
  const int ends = fabric.nodes * fabric.rails;
  return {.ends = ends,
          .links = 2 * (ends + fabric.leaves() * fabric.spines()),
          .port_bandwidth = spec.number("nic_bandwidth"),
          .flow_bandwidth = spec.number("nic_bandwidth"),
          .shares_cables = fabric.spines() > 1 || fabric.oversubscription > 1,
          .oversubscription = fabric.oversubscription,
          .nodes_per_unit = fabric.nodes_per_unit,
          .size_parameter = "nodes",
          .ends_per_size = fabric.rails};
}

PlatformParts parts(const TopologySpec& spec) {
  const int devices = spec.count("devices_per_node");
  return {.node = TopologySpec("star", {{"devices", devices},
                                        {"bandwidth", spec.number("scale_up_bandwidth")},
                                        {"latency", spec.number("scale_up_latency")}}),
          .fabric = spec,
          .nodes = spec.count("nodes"),
          .devices_per_node = devices,
          .nics = split_nics(spec.number("nics_per_device")),
          .name_prefix = "nv",
          .name_suffix = "{}"};
}

std::optional<SpecFault> fault(const TopologySpec& spec) {
  const int nodes = spec.count("nodes");
  const int devices = spec.count("devices_per_node");
  if (std::int64_t{nodes} * devices > most_devices)
    return SpecFault{"devices_per_node",
                     fmt::format("{} nodes of {} are more than {} devices", nodes, devices, most_devices),
                     fmt::format("give at most {}", most_devices / nodes)};
  return nics_fault(spec.number("nics_per_device"), devices);
}

std::optional<SpecFault> fit(TopologySpec& spec, int nodes, int ends_per_node) {
  if (nodes > most_nodes_without_core)
    return SpecFault{"nodes", fmt::format("{} nodes are too many for leaves and spines", nodes),
                     fmt::format("give at most {}", most_nodes_without_core)};
  spec["nodes"] = nodes;
  spec["devices_per_node"] = ends_per_node;
  return std::nullopt;
}

}  // namespace

Generator rail_optimized() {
  using P = Parameter;
  return {.name = "rail_optimized",
          .summary = "nodes on a scale-up switch each, NICs on leaves rail by rail, spines",
          .parameters = {{"nodes", P::Count{1, most_nodes_without_core}, 1, ParameterRole::devices},
                         {"devices_per_node", P::Count{1, most_devices}, 8, ParameterRole::devices},
                         {"scale_up_bandwidth", P::Bandwidth(), 450e9, ParameterRole::inside},
                         {"scale_up_latency", P::Duration(), 0.5e-6, ParameterRole::inside},
                         {"nic_bandwidth", P::Bandwidth(), 50e9},
                         {"nics_per_device", P::Number{0.01, 64, "0.01 to 64"}, 1, ParameterRole::inside},
                         {"nic_latency", P::Duration(), 0.6e-6},
                         {"leaf_spine_latency", P::Duration(), 0.3e-6},
                         {"nodes_per_unit", P::Count{1, most_nodes_without_core}, 32},
                         {"spines", P::Count{0, 4096}, 0},
                         {"oversubscription", P::Number{0.01, 1000, "0.01 to 1000"}, 1}},
          .facts = facts,
          .fault = fault,
          .join = join,
          .parts = parts,
          .fit = fit};
}

}  // namespace epsim
