#include "platforms/measures.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "platforms/indexing.hpp"
#include "platforms/max_flow.hpp"
#include "platforms/routes.hpp"

namespace epsim {
namespace {

BytesPerSecond flow_between_halves(const Topology& topology, const std::vector<bool>& is_in_first) {
  std::vector<DeviceId> from, to;
  for (DeviceId device = 0; device < topology.device_count(); ++device)
    (is_in_first[at(device)] ? from : to).push_back(device);
  return max_flow(topology, from, to);
}

/// Seconds that it is busy for each byte of each pair.
double load_of(const Topology& topology, const RouteMeasures& routes, LinkId link) {
  return static_cast<double>(routes.pairs_of_link[at(link)]) / topology.link(link).bandwidth;
}

/// Null where no torus joins all devices.
const RoutingRule* torus_of(const Topology& topology) {
  const RoutingRule* rule =
      topology.rule(topology.node_count() > 1 ? LinkClass::scale_out : LinkClass::scale_up);
  return rule && rule->policy == "dimension_order" ? rule : nullptr;
}

void add_routes(const Routes& routes, RouteMeasures& measures) {
  for (std::size_t pair = 0; pair < routes.pairs().size(); ++pair) {
    const std::span<const LinkId> links = routes.links_of(pair);
    if (measures.pairs_by_links.size() <= links.size()) measures.pairs_by_links.resize(links.size() + 1);
    ++measures.pairs_by_links[links.size()];
    for (const LinkId link : links) ++measures.pairs_of_link[at(link)];
  }
}

}  // namespace

RouteMeasures measure_routes(const Topology& topology) {
  constexpr std::size_t pairs_at_a_time = 1 << 20;
  RouteMeasures measures{{0}, std::vector<std::int64_t>(at(topology.link_count()))};
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (DeviceId source = 0; source < topology.device_count(); ++source) {
    for (DeviceId destination = 0; destination < topology.device_count(); ++destination)
      if (source != destination) pairs.emplace_back(source, destination);
    const bool is_last = source + 1 == topology.device_count();
    if (pairs.size() >= pairs_at_a_time || is_last)
      add_routes(Routes(topology, std::exchange(pairs, {})), measures);
  }
  return measures;
}

BytesPerSecond bisection_of(const Topology& topology) {
  const int devices = topology.device_count();
  if (devices < 2) return 0;
  const RoutingRule* torus = torus_of(topology);
  std::vector<bool> is_in_first(at(devices));
  BytesPerSecond smallest = std::numeric_limits<BytesPerSecond>::infinity();
  const auto try_halves = [&](const auto& is_first) {
    for (DeviceId device = 0; device < devices; ++device) is_in_first[at(device)] = is_first(device);
    smallest = std::min(smallest, flow_between_halves(topology, is_in_first));
  };
  if (!torus) {
    try_halves([&](DeviceId device) { return device < devices / 2; });
    return smallest;
  }
  int stride = 1;
  for (auto size = torus->shape.rbegin(); size != torus->shape.rend(); stride *= *size++)
    if (*size > 1)
      try_halves([&](DeviceId device) { return torus->address[at(device)] / stride % *size < *size / 2; });
  return smallest;
}

BytesPerSecond uniform_rate(const Topology& topology, const RouteMeasures& routes) {
  if (topology.device_count() < 2) return 0;
  const LinkId busiest = most_loaded_links(topology, routes, 1).front();
  return (topology.device_count() - 1) / load_of(topology, routes, busiest);
}

std::vector<LinkId> most_loaded_links(const Topology& topology, const RouteMeasures& routes,
                                      std::size_t most) {
  std::vector<LinkId> links(at(topology.link_count()));
  std::iota(links.begin(), links.end(), 0);
  const auto middle = links.begin() + static_cast<std::ptrdiff_t>(std::min(most, links.size()));
  std::partial_sort(links.begin(), middle, links.end(), [&](LinkId a, LinkId b) {
    const double load_a = load_of(topology, routes, a);
    const double load_b = load_of(topology, routes, b);
    return load_a != load_b ? load_a > load_b : a < b;
  });
  links.erase(middle, links.end());
  return links;
}

}  // namespace epsim
