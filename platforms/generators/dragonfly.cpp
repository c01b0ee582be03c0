// A dragonfly (Kim, Dally, Scott and Abts, Technology-Driven, Highly-Scalable Dragonfly Topology, 2008):
// groups of switches that are all joined inside the group, and global cables between the groups.
//
// Between every two groups there are (switches_per_group * global_links_per_switch) / (groups - 1) cables,
// rounded down; ports that are left over stay free. A group's ports are dealt to the groups after it in
// order.
#include <fmt/format.h>

#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

struct Groups {
  int groups;
  int switches;      ///< of a group
  int devices;       ///< of a switch
  int global_links;  ///< of a switch

  explicit Groups(const TopologySpec& spec)
      : groups(spec.count("groups")),
        switches(spec.count("switches_per_group")),
        devices(spec.count("devices_per_switch")),
        global_links(spec.count("global_links_per_switch")) {}

  [[nodiscard]] std::int64_t ends() const { return std::int64_t{groups} * switches * devices; }
  /// Between two groups.
  [[nodiscard]] int cables() const { return groups == 1 ? 0 : switches * global_links / (groups - 1); }
  /// That the group's cable number `cable` to the group `distance` after it hangs on.
  [[nodiscard]] int switch_of(int distance, int cable) const {
    return ((distance - 1) * cables() + cable) / global_links;
  }
};

void join_groups(const Groups& shape, const TopologySpec& spec, const Site& site, VertexId first_switch) {
  for (int group = 0; group < shape.groups; ++group)
    for (int other = group + 1; other < shape.groups; ++other)
      for (int cable = 0; cable < shape.cables(); ++cable) {
        const int distance = other - group;
        const int near = group * shape.switches + shape.switch_of(distance, cable);
        const int far = other * shape.switches + shape.switch_of(shape.groups - distance, cable);
        site.connect(first_switch + near, first_switch + far, spec.number("global_bandwidth"),
                     spec.number("latency"));
      }
}

RoutingRule join(const TopologySpec& spec, const Site& site) {
  const Groups shape(spec);
  const BytesPerSecond bandwidth = spec.number("bandwidth");
  const Seconds latency = spec.number("latency");
  std::vector<VertexId> switches;
  for (int group = 0; group < shape.groups; ++group)
    for (int place = 0; place < shape.switches; ++place)
      switches.push_back(site.add_switch(fmt::format("switch{}.{}", group, place)));
  for (std::size_t end = 0; end < site.ends.size(); ++end)
    site.connect(site.ends[end], switches[end / at(shape.devices)], bandwidth, latency);
  for (std::size_t first = 0; first < switches.size(); first += at(shape.switches))
    for (std::size_t a = first; a < first + at(shape.switches); ++a)
      for (std::size_t b = a + 1; b < first + at(shape.switches); ++b)
        site.connect(switches[a], switches[b], bandwidth, latency);
  join_groups(shape, spec, site, switches.front());
  RoutingRule rule = in_order("minimal", site.ends.size());
  rule.shape = {shape.groups, shape.switches, shape.devices};
  return rule;
}

TopologyFacts facts(const TopologySpec& spec) {
  const Groups shape(spec);
  const std::int64_t groups = shape.groups;
  return {.ends = static_cast<int>(shape.ends()),
          .links = 2 * shape.ends() + groups * shape.switches * (shape.switches - 1) +
                   groups * (groups - 1) * shape.cables(),
          .port_bandwidth = spec.number("bandwidth"),
          .flow_bandwidth = std::min(spec.number("bandwidth"), spec.number("global_bandwidth")),
          .shares_cables = true,
          .size_parameter = "groups",
          .ends_per_size = shape.switches * shape.devices};
}

std::optional<SpecFault> fault(const TopologySpec& spec) {
  const Groups shape(spec);
  if (shape.ends() > most_devices)
    return SpecFault{"groups",
                     fmt::format("{} groups of {} switches with {} devices are more than {} devices",
                                 shape.groups, shape.switches, shape.devices, most_devices),
                     "give fewer"};
  if (shape.groups > 1 && shape.cables() == 0)
    return SpecFault{
        "global_links_per_switch",
        fmt::format("a group has {} global links, too few for a cable to each of {} other groups",
                    shape.switches * shape.global_links, shape.groups - 1),
        fmt::format("give at least {}", (shape.groups - 2) / shape.switches + 1)};
  return std::nullopt;
}

}  // namespace

Generator dragonfly() {
  using P = Parameter;
  return {.name = "dragonfly",
          .summary = "groups of switches all joined inside the group, and cables between every two groups",
          .parameters = {{"groups", P::Count{1, 65536}, std::nullopt, ParameterRole::places},
                         {"switches_per_group", P::Count{1, 4096}, std::nullopt, ParameterRole::places},
                         {"devices_per_switch", P::Count{1, 4096}, std::nullopt, ParameterRole::places},
                         {"global_links_per_switch", P::Count{1, 4096}, std::nullopt},
                         {"bandwidth", P::Bandwidth(), 50e9},
                         {"latency", P::Duration(), 2e-6},
                         {"global_bandwidth", P::Bandwidth(), 50e9}},
          .facts = facts,
          .fault = fault,
          .join = join,
          .parts = as_nodes_of_one,
          .fit = fit_into};
}

}  // namespace epsim
