#include "analysis/exports/topology_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

constexpr std::size_t busiest_shown = 5;

std::string devices_text(const Topology& topology, const std::string& device) {
  std::size_t least = topology.devices_of(0).size();
  std::size_t most = least;
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    least = std::min(least, topology.devices_of(node).size());
    most = std::max(most, topology.devices_of(node).size());
  }
  const std::string of_each = least == most ? fmt::to_string(least) : fmt::format("{} to {}", least, most);
  return fmt::format("{} x {} in {} {} of {}", topology.device_count(), device, topology.node_count(),
                     topology.node_count() == 1 ? "node" : "nodes", of_each);
}

std::string link_text(const Topology& topology, const RouteMeasures& routes, LinkId id) {
  const Link& link = topology.link(id);
  return fmt::format("{:<28} {:<9}  {:>10}  {:>9} routes", topology.link_name(id), name_of(link.link_class),
                     format_bandwidth(link.bandwidth), routes.pairs_of_link[at(id)]);
}

}  // namespace

std::string topology_table(const MeasuredTopology& measured, const std::string& title) {
  const Topology& topology = measured.topology;
  const RouteMeasures& routes = measured.routes;
  std::string text = title + "\n";
  const auto line = [&](const char* name, const std::string& value) {
    text += fmt::format("  {:<11}{}\n", name, value);
  };
  line("devices", devices_text(topology, measured.platform.device.name));
  line("switches", fmt::to_string(topology.switch_count()));
  line("links", fmt::format("{}, each one direction of a cable", topology.link_count()));
  line("diameter",
       fmt::format("{} link{}", routes.diameter_links(), routes.diameter_links() == 1 ? "" : "s"));
  line("bisection", format_bandwidth(measured.bisection) + " one way, between two halves of the devices");
  for (std::size_t links = 1; links < routes.pairs_by_links.size(); ++links)
    if (routes.pairs_by_links[links] > 0)
      line("routes", fmt::format("{:>2} links: {} pairs", links, routes.pairs_by_links[links]));
  if (topology.device_count() < 2) return text;
  line("all-to-all", fmt::format("uniform: at most {} sent per device, limited by these links",
                                 format_bandwidth(uniform_rate(topology, routes))));
  for (const LinkId link : most_loaded_links(topology, routes, busiest_shown))
    line("", link_text(topology, routes, link));
  return text;
}

nlohmann::ordered_json topology_json(const MeasuredTopology& measured) {
  using json = nlohmann::ordered_json;
  const Topology& topology = measured.topology;
  const RouteMeasures& routes = measured.routes;
  json lengths = json::array();
  for (std::size_t links = 1; links < routes.pairs_by_links.size(); ++links)
    if (routes.pairs_by_links[links] > 0)
      lengths.push_back({{"links", links}, {"pairs", routes.pairs_by_links[links]}});
  json busiest = json::array();
  if (topology.device_count() > 1)
    for (const LinkId id : most_loaded_links(topology, routes, busiest_shown))
      busiest.push_back({{"name", topology.link_name(id)},
                         {"class", name_of(topology.link(id).link_class)},
                         {"bandwidth_bytes_per_second", topology.link(id).bandwidth},
                         {"routes", routes.pairs_of_link[at(id)]}});
  return {{"devices", topology.device_count()},
          {"nodes", topology.node_count()},
          {"switches", topology.switch_count()},
          {"links", topology.link_count()},
          {"diameter_links", routes.diameter_links()},
          {"bisection_bytes_per_second", measured.bisection},
          {"routes", std::move(lengths)},
          {"uniform_all_to_all",
           {{"bytes_per_second_per_device", uniform_rate(topology, routes)}, {"busiest_links", busiest}}}};
}

}  // namespace epsim
