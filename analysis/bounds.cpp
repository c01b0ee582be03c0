#include "analysis/bounds.hpp"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <limits>

#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"
#include "sim/computation.hpp"

namespace epsim {
namespace {

/// Bandwidth of each rank's ports, and of all links that leave each of the group's nodes.
struct Ports {
  std::vector<BytesPerSecond> rank_in;
  std::vector<BytesPerSecond> rank_out;
  std::vector<BytesPerSecond> node_in;
  std::vector<BytesPerSecond> node_out;
};

Ports measure_ports(const Cluster& cluster) {
  const Topology& topology = cluster.topology;
  std::vector<BytesPerSecond> device_in(at(topology.device_count()));
  std::vector<BytesPerSecond> device_out(device_in.size());
  std::vector<BytesPerSecond> node_in(at(topology.node_count()));
  std::vector<BytesPerSecond> node_out(node_in.size());
  for (const Link& link : topology.links()) {
    if (topology.is_device(link.to)) device_in[at(link.to)] += link.bandwidth;
    if (topology.is_device(link.from)) device_out[at(link.from)] += link.bandwidth;
    const NodeId from = topology.node_of_vertex(link.from);
    const NodeId to = topology.node_of_vertex(link.to);
    if (from == to) continue;
    if (to != no_node) node_in[at(to)] += link.bandwidth;
    if (from != no_node) node_out[at(from)] += link.bandwidth;
  }
  const Group& group = cluster.group;
  Ports ports;
  for (Rank rank = 0; rank < group.size(); ++rank) {
    ports.rank_in.push_back(device_in[at(group.device(rank))]);
    ports.rank_out.push_back(device_out[at(group.device(rank))]);
  }
  for (int node = 0; node < group.node_count(); ++node) {
    const NodeId physical = topology.node_of(group.device(group.ranks_of(node).front()));
    ports.node_in.push_back(node_in[at(physical)]);
    ports.node_out.push_back(node_out[at(physical)]);
  }
  return ports;
}

/// Ports without bandwidth are passed over: what must cross them goes another way, and the cuts bound it.
Seconds longest_port(const std::vector<Bytes>& bytes, const std::vector<BytesPerSecond>& bandwidth) {
  Seconds longest = 0;
  for (std::size_t i = 0; i < bandwidth.size(); ++i)
    if (bandwidth[i] > 0) longest = std::max(longest, static_cast<double>(bytes[i]) / bandwidth[i]);
  return longest;
}

Seconds longest_port(const ExchangeDemand& demand, const Ports& ports) {
  return std::max({longest_port(demand.rank_in, ports.rank_in), longest_port(demand.rank_out, ports.rank_out),
                   longest_port(demand.node_in, ports.node_in),
                   longest_port(demand.node_out, ports.node_out)});
}

void add(std::vector<Bytes>& sum, const std::vector<Bytes>& bytes) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += bytes[i];
}

/// Port by port; cuts do not add up, because the two exchanges may be bound by different ones.
ExchangeDemand both(const LayerDemand& layer) {
  ExchangeDemand sum = layer.dispatch;
  add(sum.rank_in, layer.combine.rank_in);
  add(sum.rank_out, layer.combine.rank_out);
  add(sum.node_in, layer.combine.node_in);
  add(sum.node_out, layer.combine.node_out);
  return sum;
}

/// Latency of the quickest way from a device to every other; devices forward, as a relaying pattern may.
std::vector<Seconds> latencies_from(const Topology& topology, DeviceId source) {
  const Graph& graph = topology.graph().value;
  std::vector<Seconds> latency(boost::num_vertices(graph));
  boost::dijkstra_shortest_paths(graph, at(source),
                                 boost::weight_map(boost::get(&Link::latency, graph))
                                     .distance_map(boost::make_iterator_property_map(
                                         latency.begin(), boost::get(boost::vertex_index, graph))));
  return latency;
}

/// Over the pairs with traffic; 0 where there is none. Cables have one latency, so it serves both exchanges.
Seconds smallest_latency(const Cluster& cluster, const Matrix<std::int64_t>& copies) {
  const Group& group = cluster.group;
  Seconds smallest = std::numeric_limits<Seconds>::infinity();
  for (Rank home = 0; home < group.size(); ++home) {
    const auto row = copies.row(home);
    const auto is_remote = [&](Rank far) { return far != home && row[at(far)] > 0; };
    Rank far = 0;
    while (far < group.size() && !is_remote(far)) ++far;
    if (far == group.size()) continue;
    const std::vector<Seconds> latency = latencies_from(cluster.topology, group.device(home));
    for (; far < group.size(); ++far)
      if (is_remote(far)) smallest = std::min(smallest, latency[at(group.device(far))]);
  }
  return smallest == std::numeric_limits<Seconds>::infinity() ? 0 : smallest;
}

bool has_bytes(const ExchangeDemand& demand) {
  return std::any_of(demand.rank_out.begin(), demand.rank_out.end(), [](Bytes bytes) { return bytes > 0; });
}

Seconds exchange_bound(const ExchangeDemand& demand, const Ports& ports, Seconds latency) {
  if (!has_bytes(demand)) return 0;
  return std::max(longest_port(demand, ports), demand.cut_seconds) + latency;
}

/// Fills gate, expert and, as layer, the busiest device's sum of both.
LowerBounds computation_bounds(const Scenario& scenario, const RoutedStep& step) {
  LowerBounds bounds;
  if (!step.routed) return bounds;
  const Traffic& traffic = step.traffic;
  std::vector<Seconds> expert(at(traffic.ranks()));
  for (int slot = 0; slot < traffic.slots(); ++slot) {
    std::int64_t tokens = 0;
    for (Rank home = 0; home < traffic.ranks(); ++home) tokens += traffic.selections(home, slot);
    expert[at(traffic.rank_of_slot[at(slot)])] += expert_seconds(scenario, tokens);
  }
  for (Rank rank = 0; rank < traffic.ranks(); ++rank) {
    const Seconds gate = gate_seconds(scenario, traffic.home_tokens[at(rank)]);
    bounds.gate = std::max(bounds.gate, gate);
    bounds.expert = std::max(bounds.expert, expert[at(rank)]);
    bounds.layer = std::max(bounds.layer, gate + expert[at(rank)]);
  }
  return bounds;
}

}  // namespace

LowerBounds lower_bounds(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step) {
  const LayerDemand demand = layer_demand(cluster, step);
  const Ports ports = measure_ports(cluster);
  const Seconds latency = smallest_latency(cluster, step.traffic.device_copies);
  LowerBounds bounds = computation_bounds(scenario, step);
  bounds.dispatch = exchange_bound(demand.dispatch, ports, latency);
  bounds.combine = exchange_bound(demand.combine, ports, latency);
  bounds.layer = step.routed ? std::max(bounds.layer, longest_port(both(demand), ports)) : bounds.dispatch;
  return bounds;
}

}  // namespace epsim
