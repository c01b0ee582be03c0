#include "platforms/max_flow.hpp"

#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"

namespace epsim {
namespace {

// Bidirectional only because g++ 12 sees an uninitialized edge iterator in directed graphs.
using FlowTraits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;
using FlowEdge = FlowTraits::edge_descriptor;
struct FlowEdgeData {
  BytesPerSecond capacity = 0;
  BytesPerSecond residual = 0;
  FlowEdge reverse;
};
struct FlowVertexData {
  FlowEdge predecessor;
  boost::default_color_type color = boost::white_color;
  long distance = 0;
};
using FlowGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, FlowVertexData, FlowEdgeData>;

/// The algorithm asks for an opposite edge of every edge; here one without capacity.
void add_pipe(FlowGraph& graph, std::size_t from, std::size_t to, BytesPerSecond capacity) {
  const FlowEdge forward = boost::add_edge(from, to, graph).first;
  const FlowEdge backward = boost::add_edge(to, from, graph).first;
  graph[forward] = {capacity, 0, backward};
  graph[backward] = {0, 0, forward};
}

}  // namespace

// Boykov-Kolmogorov saturates at least one edge exactly with every augmenting path, so it ends with
// floating-point capacities too, and its flow is exact up to the rounding of the sum.
BytesPerSecond max_flow(const Topology& topology, std::span<const DeviceId> from,
                        std::span<const DeviceId> to) {
  const std::size_t vertices = boost::num_vertices(topology.graph().value);
  const std::size_t source = vertices;
  const std::size_t sink = vertices + 1;
  FlowGraph graph(vertices + 2);
  BytesPerSecond unlimited = 0;
  for (const Link& link : topology.links()) {
    add_pipe(graph, at(link.from), at(link.to), link.bandwidth);
    unlimited += link.bandwidth;
  }
  for (const DeviceId device : from) add_pipe(graph, source, at(device), unlimited);
  for (const DeviceId device : to) add_pipe(graph, at(device), sink, unlimited);
  return boost::boykov_kolmogorov_max_flow(
      graph, boost::get(&FlowEdgeData::capacity, graph), boost::get(&FlowEdgeData::residual, graph),
      boost::get(&FlowEdgeData::reverse, graph), boost::get(&FlowVertexData::predecessor, graph),
      boost::get(&FlowVertexData::color, graph), boost::get(&FlowVertexData::distance, graph),
      boost::get(boost::vertex_index, graph), source, sink);
}

}  // namespace epsim
