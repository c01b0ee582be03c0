#include "platforms/topology.hpp"

#include <algorithm>
#include <utility>

#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"

namespace epsim {

Topology::Topology(std::vector<NodeId> node_of_device, std::vector<std::string> names)
    : graph_(std::make_unique<NetworkGraph>()), node_of_device_(std::move(node_of_device)) {
  const NodeId nodes =
      node_of_device_.empty() ? 0 : *std::max_element(node_of_device_.begin(), node_of_device_.end()) + 1;
  devices_of_node_.resize(static_cast<std::size_t>(nodes));
  for (DeviceId device = 0; device < device_count(); ++device) {
    devices_of_node_[at(node_of(device))].push_back(device);
    std::string name = names.empty() ? "d" + std::to_string(device) : std::move(names[at(device)]);
    boost::add_vertex(Vertex{std::move(name), node_of(device)}, graph_->value);
  }
}

Topology::Topology(Topology&&) noexcept = default;
Topology& Topology::operator=(Topology&&) noexcept = default;
Topology::~Topology() = default;

VertexId Topology::add_switch(std::string name, NodeId node) {
  return static_cast<VertexId>(boost::add_vertex(Vertex{std::move(name), node}, graph_->value));
}

void Topology::connect(VertexId from, VertexId to, LinkClass link_class, BytesPerSecond bandwidth,
                       Seconds latency) {
  for (const auto& [tail, head] : {std::pair{from, to}, std::pair{to, from}}) {
    const Link link{link_count(), tail, head, link_class, bandwidth, latency};
    links_.push_back(link);
    boost::add_edge(static_cast<std::size_t>(tail), static_cast<std::size_t>(head), link, graph_->value);
  }
}

int Topology::switch_count() const {
  return static_cast<int>(boost::num_vertices(graph_->value)) - device_count();
}

const std::string& Topology::name_of_vertex(VertexId vertex) const {
  return graph_->value[at(vertex)].name;
}

NodeId Topology::node_of_vertex(VertexId vertex) const {
  return graph_->value[at(vertex)].node;
}

std::string Topology::link_name(LinkId id) const {
  return name_of_vertex(link(id).from) + "->" + name_of_vertex(link(id).to);
}

}  // namespace epsim
