#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "analysis/exports/topology_files.hpp"
#include "analysis/exports/xml_text.hpp"
#include "platforms/indexing.hpp"
#include "platforms/routes.hpp"

namespace epsim {
namespace {

/// Those with a rank, in its order, then the others.
std::vector<DeviceId> devices_in_order(const PlatformSpec& spec, int devices) {
  std::vector<DeviceId> order = devices_of_ranks(spec.ranks, nodes_of_devices(spec), most_ranks(spec));
  std::vector<bool> has_rank(at(devices));
  for (const DeviceId device : order) has_rank[at(device)] = true;
  for (DeviceId device = 0; device < devices; ++device)
    if (!has_rank[at(device)]) order.push_back(device);
  return order;
}

/// SimGrid deals ranks to hosts in alphabetical order, not in the file's: where names would not stand in
/// order, they get numbers in front.
std::vector<std::string> host_names(const Topology& topology, const std::vector<DeviceId>& order) {
  std::vector<std::string> names;
  for (const DeviceId device : order) names.push_back(topology.name_of_vertex(device));
  const std::size_t digits = std::to_string(order.size() - 1).size();
  if (!std::ranges::is_sorted(names))
    for (std::size_t place = 0; place < names.size(); ++place)
      names[place] = fmt::format("{:0{}}.{}", place, digits, names[place]);
  std::vector<std::string> by_device(names.size());
  for (std::size_t place = 0; place < names.size(); ++place)
    by_device[at(order[place])] = xml_text(names[place]);
  return by_device;
}

void write_routes(std::ostream& out, const Topology& topology, DeviceId source,
                  const std::vector<std::string>& hosts) {
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (DeviceId destination = 0; destination < topology.device_count(); ++destination)
    if (destination != source) pairs.emplace_back(source, destination);
  const Routes routes(topology, std::move(pairs));
  for (std::size_t i = 0; i < routes.pairs().size(); ++i) {
    fmt::print(out, "    <route src=\"{}\" dst=\"{}\" symmetrical=\"NO\">", hosts[at(source)],
               hosts[at(routes.pairs()[i].destination)]);
    for (const LinkId link : routes.links_of(i)) fmt::print(out, "<link_ctn id=\"l{}\"/>", link);
    out << "</route>\n";
  }
}

}  // namespace

void write_simgrid_platform(std::ostream& out, const Topology& topology, const PlatformSpec& spec) {
  const std::vector<DeviceId> order = devices_in_order(spec, topology.device_count());
  const std::vector<std::string> hosts = host_names(topology, order);
  out << "<?xml version='1.0'?>\n"
         "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
         "<platform version=\"4.1\">\n"
         "  <zone id=\"world\" routing=\"Full\">\n";
  const FlopsPerSecond speed = std::max(1.0, spec.device.bf16_flops);  // SimGrid wants one, known or not
  for (const DeviceId device : order)
    fmt::print(out, "    <host id=\"{}\" speed=\"{}f\"/>\n", hosts[at(device)], speed);
  for (const Link& link : topology.links())
    fmt::print(out, "    <link id=\"l{}\" bandwidth=\"{}Bps\" latency=\"{}s\"/>\n", link.id, link.bandwidth,
               link.latency);
  for (const DeviceId source : order) write_routes(out, topology, source, hosts);
  out << "  </zone>\n</platform>\n";
}

}  // namespace epsim
