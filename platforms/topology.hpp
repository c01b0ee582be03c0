// A Topology is the physical network: devices and switches joined by one-directional links, held in a
// Boost graph. It is built once from a PlatformSpec (platforms/platform.hpp) and never changes.
//
// Invariants: devices are the vertices 0..device_count()-1 in rank order, switches follow; link ids are
// 0..link_count()-1 in order of creation; a full-duplex cable is two links. Devices do not forward: a route
// passes only switches (routes.hpp). A node is a scale-up domain; every device belongs to exactly one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platforms/indexing.hpp"
#include "platforms/names.hpp"
#include "platforms/units.hpp"

namespace epsim {

using DeviceId = std::int32_t;
using NodeId = std::int32_t;
using LinkId = std::int32_t;
using VertexId = std::int32_t;

enum class LinkClass : std::uint8_t { scale_up, scale_out };
template <>
struct Names<LinkClass> {
  static constexpr auto values = name_list("scale_up", "scale_out");
};

/// The node of what belongs to none.
inline constexpr NodeId no_node = -1;

/// One direction of a cable (or of a bundle of parallel cables, as one link of the summed bandwidth).
struct Link {
  LinkId id = 0;
  VertexId from = 0;
  VertexId to = 0;
  LinkClass link_class = LinkClass::scale_up;
  BytesPerSecond bandwidth = 0;
  Seconds latency = 0;
};

struct Vertex {
  std::string name;
  NodeId node = no_node;
};

/// How routes are found among the links of one class.
struct RoutingRule {
  std::string_view policy;   ///< a row of all_routing_policies() (platforms/routing)
  std::vector<int> shape;    ///< the policy says what
  std::vector<int> address;  ///< of each end; once in the topology, of each device. The policy says which
};

struct NetworkGraph;  ///< network_graph.hpp

class Topology {
 public:
  /// Devices with their node; node_of_device[d] must be dense from 0. Switches are added afterwards.
  /// They are called d0, d1, ... where no names are given.
  explicit Topology(std::vector<NodeId> node_of_device, std::vector<std::string> names = {});
  Topology(Topology&&) noexcept;
  Topology& operator=(Topology&&) noexcept;
  ~Topology();

  /// `node`: the one that it belongs to, as its NICs and inner switches do.
  VertexId add_switch(std::string name, NodeId node = no_node);
  /// Adds both directions, `from -> to` first.
  void connect(VertexId from, VertexId to, LinkClass link_class, BytesPerSecond bandwidth, Seconds latency);

  /// Routes inside nodes take links of class scale_up, by that rule; routes between nodes those of scale_out.
  /// Without one, both take any links, the fewest.
  void route_by(LinkClass link_class, RoutingRule rule) { rules_[at(link_class)] = std::move(rule); }
  /// Null without one.
  [[nodiscard]] const RoutingRule* rule(LinkClass link_class) const {
    const auto& found = rules_[at(link_class)];
    return found ? &*found : nullptr;
  }

  [[nodiscard]] const NetworkGraph& graph() const { return *graph_; }
  [[nodiscard]] int device_count() const { return static_cast<int>(node_of_device_.size()); }
  [[nodiscard]] int node_count() const { return static_cast<int>(devices_of_node_.size()); }
  [[nodiscard]] int link_count() const { return static_cast<int>(links_.size()); }
  [[nodiscard]] int switch_count() const;
  [[nodiscard]] bool is_device(VertexId vertex) const { return vertex < device_count(); }
  [[nodiscard]] const Link& link(LinkId id) const { return links_[at(id)]; }
  [[nodiscard]] const std::vector<Link>& links() const { return links_; }
  [[nodiscard]] NodeId node_of(DeviceId device) const { return node_of_device_[at(device)]; }
  [[nodiscard]] const std::vector<DeviceId>& devices_of(NodeId node) const {
    return devices_of_node_[at(node)];
  }
  /// no_node for switches between nodes.
  [[nodiscard]] NodeId node_of_vertex(VertexId vertex) const;
  [[nodiscard]] const std::string& name_of_vertex(VertexId vertex) const;
  /// "d3->leaf0": the names of the two ends.
  [[nodiscard]] std::string link_name(LinkId id) const;

 private:
  std::unique_ptr<NetworkGraph> graph_;
  std::vector<Link> links_;  // the same values as the graph's edges, by id
  std::vector<NodeId> node_of_device_;
  std::vector<std::vector<DeviceId>> devices_of_node_;
  std::array<std::optional<RoutingRule>, 2> rules_;
};

}  // namespace epsim
