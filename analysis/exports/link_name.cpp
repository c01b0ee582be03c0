#include "analysis/exports/link_name.hpp"

namespace epsim {

std::string route_link_name(const Topology& topology, LinkId link) {
  if (link < topology.link_count()) return topology.link_name(link);
  const DeviceId device = (link - topology.link_count()) / 2;
  return "SMs of " + topology.name_of_vertex(device) +
         (link == sending_cap(topology, device) ? ", sending" : ", receiving");
}

}  // namespace epsim
