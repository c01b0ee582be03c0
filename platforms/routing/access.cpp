#include "platforms/routing/access.hpp"

#include <boost/graph/graph_traits.hpp>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"

namespace epsim {
namespace {

/// The first link of the class from `from` to what `is_wanted`.
template <class Wanted>
LinkId find_link(const RoutingTask& task, VertexId from, const Wanted& is_wanted) {
  const Graph& graph = task.topology.graph().value;
  const auto [begin, end] = boost::out_edges(at(from), graph);
  for (auto edge = begin; edge != end; ++edge) {
    const Link& link = graph[*edge];
    if (task.may_take(link) && is_wanted(link.to)) return link.id;
  }
  throw internal_error("routing", "no link from " + task.topology.name_of_vertex(from));
}

}  // namespace

LinkId link_between(const RoutingTask& task, VertexId from, VertexId to) {
  return find_link(task, from, [&](VertexId vertex) { return vertex == to; });
}

Access access_of(const RoutingTask& task, DeviceId device) {
  Access access;
  VertexId vertex = device;
  const auto go_to_switch = [&] {
    const LinkId out = find_link(task, vertex, [&](VertexId to) { return !task.topology.is_device(to); });
    const VertexId next = task.topology.link(out).to;
    access.out.push_back(out);
    access.in.insert(access.in.begin(), link_between(task, next, vertex));
    vertex = next;
  };
  go_to_switch();
  const bool is_nic =
      task.link_class == LinkClass::scale_out && task.topology.node_of_vertex(vertex) != no_node;
  if (is_nic) go_to_switch();
  access.switch_vertex = vertex;
  return access;
}

}  // namespace epsim
