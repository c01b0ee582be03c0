// What a topology is worth, for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "platforms/measures.hpp"
#include "platforms/platform.hpp"

namespace epsim {

struct MeasuredTopology {
  const PlatformSpec& platform;
  const Topology& topology;
  RouteMeasures routes;
  BytesPerSecond bisection = 0;
};

[[nodiscard]] std::string topology_table(const MeasuredTopology& measured, const std::string& title);

/// {devices, nodes, switches, links, diameter_links, bisection_bytes_per_second, routes [{links, pairs}],
/// uniform_all_to_all {bytes_per_second_per_device, busiest_links [{name, class, bandwidth_bytes_per_second,
/// routes}]}}; a link is one direction.
[[nodiscard]] nlohmann::ordered_json topology_json(const MeasuredTopology& measured);

}  // namespace epsim
