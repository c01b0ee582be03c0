// A ring: a torus of one dimension.
#include "platforms/generators/generator.hpp"
#include "platforms/generators/torus.hpp"

namespace epsim {
namespace {

RoutingRule join(const TopologySpec& spec, const Site& site) {
  return join_torus({spec.count("devices")}, spec.number("bandwidth"), spec.number("latency"), site);
}

TopologyFacts facts(const TopologySpec& spec) {
  const int devices = spec.count("devices");
  TopologyFacts facts = torus_facts({&devices, 1}, spec.number("bandwidth"));
  facts.size_parameter = "devices";
  return facts;
}

}  // namespace

Generator ring_of_devices() {
  return {.name = "ring",
          .summary = "devices in a ring, a router each",
          .parameters = devices_and_links(),
          .facts = facts,
          .fault = no_fault,
          .join = join,
          .parts = as_one_node,
          .fit = fit_devices};
}

}  // namespace epsim
