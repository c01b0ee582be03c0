// One switch and a port per device: a full-duplex port into an ideal switch, so a route is two links.
#include "platforms/generators/generator.hpp"

namespace epsim {
namespace {

RoutingRule join(const TopologySpec& spec, const Site& site) {
  const VertexId hub = site.add_switch("switch");
  for (const VertexId end : site.ends)
    site.connect(end, hub, spec.number("bandwidth"), spec.number("latency"));
  return in_order("shortest", site.ends.size());
}

TopologyFacts facts(const TopologySpec& spec) {
  const int devices = spec.count("devices");
  return {.ends = devices,
          .links = std::int64_t{2} * devices,
          .port_bandwidth = spec.number("bandwidth"),
          .flow_bandwidth = spec.number("bandwidth"),
          .oversubscription = 1,
          .size_parameter = "devices"};
}

}  // namespace

Generator star() {
  return {.name = "star",
          .summary = "devices around an ideal switch",
          .parameters = devices_and_links(),
          .facts = facts,
          .fault = no_fault,
          .join = join,
          .parts = as_one_node,
          .fit = fit_devices};
}

}  // namespace epsim
