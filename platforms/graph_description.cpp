#include "platforms/graph_description.hpp"

namespace epsim {

GraphDescription description_of(const Topology& topology) {
  GraphDescription graph;
  for (DeviceId device = 0; device < topology.device_count(); ++device)
    graph.devices.push_back({topology.name_of_vertex(device), topology.node_of(device)});
  for (VertexId vertex = topology.device_count(); vertex < topology.device_count() + topology.switch_count();
       ++vertex)
    graph.switches.push_back(topology.name_of_vertex(vertex));
  for (LinkId id = 0; id < topology.link_count(); id += 2) {  // a cable's two directions follow each other
    const Link& link = topology.link(id);
    graph.cables.push_back(
        {topology.name_of_vertex(link.from), topology.name_of_vertex(link.to), link.bandwidth, link.latency});
  }
  return graph;
}

}  // namespace epsim
