// Generators: from the parameters of a topology to its switches and links. A generator is one file, which
// ends with a function that returns its Generator, and its row in generators.cpp; scenario files, lists,
// builds and routes follow from that.
//
// A generator joins ends, whatever these are: the devices of one node, or the NICs of all nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/generators/nics.hpp"
#include "platforms/generators/topology_spec.hpp"
#include "platforms/parameter.hpp"
#include "platforms/topology.hpp"

namespace epsim {

/// Where a generator puts its switches and links.
struct Site {
  Topology& topology;
  std::span<const VertexId> ends;  ///< what it joins, in order of nodes
  LinkClass link_class;
  NodeId node = no_node;    ///< that its switches belong to
  double bundle = 1;        ///< cables where the generator speaks of one, as one link
  std::string prefix = {};  ///< of its switches' names
  std::string suffix = {};

  VertexId add_switch(const std::string& name) const;
  /// Both directions, `from -> to` first.
  void connect(VertexId from, VertexId to, BytesPerSecond bandwidth, Seconds latency) const;
};

/// What others want to know before anything is built.
struct TopologyFacts {
  int ends = 0;                          ///< as many as it joins
  std::int64_t links = 0;                ///< of one direction
  BytesPerSecond port_bandwidth = 0;     ///< of an end's links, per direction
  BytesPerSecond flow_bandwidth = 0;     ///< most that one flow gets
  bool shares_cables = false;            ///< flows meet on cables behind the ends' own, unevenly
  double oversubscription = 0;           ///< of a tree of switches; 0: it is none
  int nodes_per_unit = 0;                ///< that share leaves; 0: there are none
  std::string_view size_parameter = {};  ///< which parameter makes it larger,
  int ends_per_size = 1;                 ///< and by how many ends each
};

/// A platform as a node's network and the one between nodes.
struct PlatformParts {
  std::optional<TopologySpec> node;    ///< nothing: a node is one device
  std::optional<TopologySpec> fabric;  ///< nothing: there is one node
  int nodes = 1;
  int devices_per_node = 1;
  Nics nics = {};
  /// Around the names of a node's switches; {} is the node.
  std::string_view name_prefix = "node{}.";
  std::string_view name_suffix = "";
};

/// For topologies whose nodes may differ, as whole platforms: in place of `parts`.
struct WholeGraph {
  std::vector<NodeId> (*nodes_of_devices)(const TopologySpec&);
  Topology (*build)(const TopologySpec&);
};

struct Generator {
  std::string_view name;     ///< in scenario files (`topology`)
  std::string_view summary;  ///< one line for `epsim list`
  std::vector<Parameter> parameters;
  TopologyFacts (*facts)(const TopologySpec&);
  /// What does not fit together; asked before anything else is.
  std::optional<SpecFault> (*fault)(const TopologySpec&);
  /// Adds switches and links; returns how routes go, with an address for each of the ends.
  RoutingRule (*join)(const TopologySpec&, const Site&);
  /// What it is as a whole platform.
  PlatformParts (*parts)(const TopologySpec&);
  /// Sizes it as a fabric that gives each of `nodes` nodes `ends_per_node` ends; or says why it does not fit.
  std::optional<SpecFault> (*fit)(TopologySpec&, int nodes, int ends_per_node);
  std::optional<WholeGraph> whole = std::nullopt;
};

/// All generators; the first is the one to start with.
[[nodiscard]] std::span<const Generator> all_generators();
/// nullptr when there is none of that name.
[[nodiscard]] const Generator* find_generator(std::string_view name);
/// An Error (internal) when there is none.
[[nodiscard]] const Generator& generator(std::string_view name);

inline constexpr std::int64_t most_links = 8'000'000;  ///< some gigabytes
/// A generator's own, and networks that are too large to be built.
[[nodiscard]] std::optional<SpecFault> fault_of(const TopologySpec& spec);

/// `devices`, `bandwidth` and `latency`: all that simple networks have.
[[nodiscard]] std::vector<Parameter> devices_and_links();
[[nodiscard]] std::optional<SpecFault> no_fault(const TopologySpec& spec);
/// For Generator::parts: the ends are devices of one node.
[[nodiscard]] PlatformParts as_one_node(const TopologySpec& spec);
/// The same: each end is a node of one device.
[[nodiscard]] PlatformParts as_nodes_of_one(const TopologySpec& spec);
/// For Generator::fit: `devices` follows.
[[nodiscard]] std::optional<SpecFault> fit_devices(TopologySpec& spec, int nodes, int ends_per_node);
/// For Generator::fit: there must be ends for all.
[[nodiscard]] std::optional<SpecFault> fit_into(TopologySpec& spec, int nodes, int ends_per_node);
/// 0, 1, ... as addresses, for routes by `policy`.
[[nodiscard]] RoutingRule in_order(std::string_view policy, std::size_t ends);

}  // namespace epsim
