// A torus of any number of dimensions, as TPUs form: each device has a router, since devices do not forward.
#include "platforms/generators/torus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

std::int64_t product(std::span<const int> shape) {
  std::int64_t result = 1;
  for (const int size : shape)
    if (result <= most_devices) result *= size;
  return result;
}

/// Cables along one dimension, from each place to the next one.
void join_dimension(const Site& site, VertexId first_router, int size, int stride, BytesPerSecond bandwidth,
                    Seconds latency) {
  for (int place = 0; place < static_cast<int>(site.ends.size()); ++place) {
    const int here = place / stride % size;
    const bool is_last = here + 1 == size;
    if (is_last && size <= 2) continue;
    const int next = place + (is_last ? 1 - size : 1) * stride;
    site.connect(first_router + place, first_router + next, bandwidth, latency);
  }
}

}  // namespace

int torus_degree(std::span<const int> shape) {
  return std::accumulate(shape.begin(), shape.end(), 0,
                         [](int sum, int size) { return sum + std::min(size - 1, 2); });
}

RoutingRule join_torus(const std::vector<int>& shape, BytesPerSecond bandwidth, Seconds latency,
                       const Site& site) {
  std::vector<VertexId> routers;
  for (std::size_t place = 0; place < site.ends.size(); ++place) {
    routers.push_back(site.add_switch(fmt::format("router{}", place)));
    site.connect(site.ends[place], routers.back(), bandwidth * std::max(1, torus_degree(shape)), 0);
  }
  int stride = 1;
  for (auto size = shape.rbegin(); size != shape.rend(); stride *= *size++)
    join_dimension(site, routers.front(), *size, stride, bandwidth, latency);
  RoutingRule rule = in_order("dimension_order", site.ends.size());
  rule.shape = shape;
  return rule;
}

TopologyFacts torus_facts(std::span<const int> shape, BytesPerSecond bandwidth) {
  const auto ends = static_cast<int>(product(shape));
  return {.ends = ends,
          .links = std::int64_t{ends} * (2 + torus_degree(shape)),
          .port_bandwidth = bandwidth * std::max(1, torus_degree(shape)),
          .flow_bandwidth = bandwidth,
          .shares_cables = true,
          .size_parameter = "dimensions"};
}

namespace {

RoutingRule join(const TopologySpec& spec, const Site& site) {
  return join_torus(spec.counts("dimensions"), spec.number("bandwidth"), spec.number("latency"), site);
}

TopologyFacts facts(const TopologySpec& spec) {
  return torus_facts(spec.counts("dimensions"), spec.number("bandwidth"));
}

std::optional<SpecFault> fault(const TopologySpec& spec) {
  const std::vector<int>& shape = spec.counts("dimensions");
  if (product(shape) <= most_devices) return std::nullopt;
  return SpecFault{"dimensions",
                   fmt::format("{} are more than {} devices", fmt::join(shape, " x "), most_devices),
                   "make them smaller"};
}

/// Routers without an end would be places that nothing is at.
std::optional<SpecFault> fit(TopologySpec& spec, int nodes, int ends_per_node) {
  const std::vector<int>& shape = spec.counts("dimensions");
  const int wanted = nodes * ends_per_node;
  if (product(shape) == wanted) return std::nullopt;
  return SpecFault{"dimensions",
                   fmt::format("{} are {} places, but {} nodes of {} have {} NICs", fmt::join(shape, " x "),
                               product(shape), nodes, ends_per_node, wanted),
                   fmt::format("make their product {}", wanted)};
}

}  // namespace

Generator torus() {
  using P = Parameter;
  return {.name = "torus",
          .summary = "devices in a torus of any number of dimensions, a router each",
          .parameters = {{"dimensions", P::Counts{1, most_devices}, std::nullopt, ParameterRole::places},
                         {"bandwidth", P::Bandwidth(), 50e9},
                         {"latency", P::Duration(), 2e-6}},
          .facts = facts,
          .fault = fault,
          .join = join,
          .parts = as_one_node,
          .fit = fit};
}

}  // namespace epsim
