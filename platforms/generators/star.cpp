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

FabricFacts facts_of(const StarSpec& spec) {
  return {.devices = spec.devices,
          .devices_per_node = spec.devices,
          .scale_up_bandwidth = spec.bandwidth,
          .size_parameter = "devices"};
}

const std::vector<Parameter<StarSpec>>& parameters_of(const StarSpec&) {
  using P = Parameter<StarSpec>;
  static const std::vector<P> parameters = {{"devices", P::Count{&StarSpec::devices, 1, most_devices}},
                                            {"bandwidth", P::Bandwidth{&StarSpec::bandwidth}},
                                            {"latency", P::Duration{&StarSpec::latency}}};
  return parameters;
}

std::optional<SpecFault> fault_of(const StarSpec&) {
  return std::nullopt;
}

}  // namespace epsim
