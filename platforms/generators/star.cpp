#include "platforms/generators/star.hpp"

#include "platforms/indexing.hpp"

namespace epsim {

Topology build(const StarSpec& spec) {
  Topology topology(std::vector<NodeId>(static_cast<std::size_t>(spec.devices), 0));
  const VertexId hub = topology.add_switch("switch");
  for (DeviceId device = 0; device < spec.devices; ++device)
    topology.connect(device, hub, LinkClass::scale_up, spec.bandwidth, spec.latency);
  return topology;
}

int device_count(const StarSpec& spec) {
  return spec.devices;
}

}  // namespace epsim
