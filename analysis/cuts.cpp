#include "analysis/cuts.hpp"

#include <algorithm>
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

/// Boykov-Kolmogorov saturates at least one edge exactly with every augmenting path, so it ends with
/// floating-point capacities too, and its flow is exact up to the rounding of the sum.
BytesPerSecond max_flow(const Cluster& cluster, const std::vector<bool>& inside) {
  const Topology& topology = cluster.topology;
  const std::size_t vertices = boost::num_vertices(topology.graph().value);
  const std::size_t source = vertices;
  const std::size_t sink = vertices + 1;
  FlowGraph graph(vertices + 2);
  BytesPerSecond unlimited = 0;
  for (const Link& link : topology.links()) {
    add_pipe(graph, static_cast<std::size_t>(link.from), static_cast<std::size_t>(link.to), link.bandwidth);
    unlimited += link.bandwidth;
  }
  for (Rank rank = 0; rank < cluster.group.size(); ++rank) {
    const auto device = at(cluster.group.device(rank));
    if (inside[at(rank)])
      add_pipe(graph, source, device, unlimited);
    else
      add_pipe(graph, device, sink, unlimited);
  }
  return boost::boykov_kolmogorov_max_flow(
      graph, boost::get(&FlowEdgeData::capacity, graph), boost::get(&FlowEdgeData::residual, graph),
      boost::get(&FlowEdgeData::reverse, graph), boost::get(&FlowVertexData::predecessor, graph),
      boost::get(&FlowVertexData::color, graph), boost::get(&FlowVertexData::distance, graph),
      boost::get(boost::vertex_index, graph), source, sink);
}

/// begin <= node (or rank) < end
struct Block {
  int begin = 0;
  int end = 0;
  bool operator==(const Block&) const = default;
};

/// A block at the end stands for the one before it.
void add_block(std::vector<Block>& blocks, Block block, int count) {
  if (block.end == count) block = {0, block.begin};
  const bool is_proper = block.begin < block.end && block.end < count;
  if (is_proper && blocks.size() < max_cuts && std::find(blocks.begin(), blocks.end(), block) == blocks.end())
    blocks.push_back(block);
}

std::vector<Block> node_blocks(int nodes) {
  std::vector<Block> blocks;
  add_block(blocks, {0, nodes / 2}, nodes);
  int size = 1;
  while (size * 2 < nodes) size *= 2;
  for (; size >= 1; size /= 2)
    for (int begin = 0; begin < nodes; begin += size)
      add_block(blocks, {begin, std::min(begin + size, nodes)}, nodes);
  return blocks;
}

/// The members of each candidate set, by rank.
std::vector<std::vector<bool>> candidate_sets(const Group& group) {
  const bool by_node = group.node_count() > 1;
  std::vector<Block> blocks;
  if (by_node)
    blocks = node_blocks(group.node_count());
  else
    add_block(blocks, {0, group.size() / 2}, group.size());
  std::vector<std::vector<bool>> sets;
  for (const Block& block : blocks) {
    std::vector<bool>& inside = sets.emplace_back();
    for (Rank rank = 0; rank < group.size(); ++rank) {
      const int place = by_node ? group.node(rank) : rank;
      inside.push_back(place >= block.begin && place < block.end);
    }
  }
  return sets;
}

}  // namespace

Cuts find_cuts(const Cluster& cluster) {
  Cuts cuts{std::vector<std::uint64_t>(static_cast<std::size_t>(cluster.group.size()), 0), {}};
  for (const std::vector<bool>& inside : candidate_sets(cluster.group)) {
    const std::uint64_t bit = std::uint64_t{1} << cuts.bandwidth.size();
    for (std::size_t rank = 0; rank < inside.size(); ++rank)
      if (inside[rank]) cuts.sets_of_rank[rank] |= bit;
    cuts.bandwidth.push_back(max_flow(cluster, inside));
  }
  return cuts;
}

}  // namespace epsim
