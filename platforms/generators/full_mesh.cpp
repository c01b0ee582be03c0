// A cable between every two devices, as inside nodes of MI300X.
#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

RoutingRule join(const TopologySpec& spec, const Site& site) {
  for (std::size_t from = 0; from < site.ends.size(); ++from)
    for (std::size_t to = from + 1; to < site.ends.size(); ++to)
      site.connect(site.ends[from], site.ends[to], spec.number("bandwidth"), spec.number("latency"));
  return in_order("shortest", site.ends.size());
}

TopologyFacts facts(const TopologySpec& spec) {
  const int devices = spec.count("devices");
  return {.ends = devices,
          .links = std::int64_t{devices} * (devices - 1),
          .port_bandwidth = spec.number("bandwidth") * (devices - 1),
          .flow_bandwidth = spec.number("bandwidth"),
          .size_parameter = "devices"};
}

}  // namespace

Generator full_mesh() {
  return {.name = "full_mesh",
          .summary = "a cable between every two devices",
          .parameters = devices_and_links(),
          .facts = facts,
          .fault = no_fault,
          .join = join,
          .parts = as_one_node,
          .fit = fit_devices};
}

}  // namespace epsim
