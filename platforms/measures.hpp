// What a topology is worth: how long its routes are, and how much they carry.
#pragma once

#include <cstdint>
#include <vector>

#include "platforms/topology.hpp"

namespace epsim {

/// Over the routes of all ordered pairs of devices.
struct RouteMeasures {
  std::vector<std::int64_t> pairs_by_links;  ///< [n]: pairs whose route has n links
  std::vector<std::int64_t> pairs_of_link;   ///< routes over each link

  [[nodiscard]] int diameter_links() const { return static_cast<int>(pairs_by_links.size()) - 1; }
};

/// Throws Error (input) naming two devices that are not connected.
[[nodiscard]] RouteMeasures measure_routes(const Topology& topology);

/// Smallest one-way max-flow between two halves of the devices: across the middle of each dimension of a
/// torus, else between the first half in order and the rest. 0 for a single device.
[[nodiscard]] BytesPerSecond bisection_of(const Topology& topology);

/// Where every device sends as much to each other one: what a device sends per second, at most, as the link
/// that carries most routes for its bandwidth allows. 0 for a single device.
[[nodiscard]] BytesPerSecond uniform_rate(const Topology& topology, const RouteMeasures& routes);

/// The links that limit it, the first `most` of those that are loaded most for their bandwidth; ties in
/// order.
[[nodiscard]] std::vector<LinkId> most_loaded_links(const Topology& topology, const RouteMeasures& routes,
                                                    std::size_t most);

}  // namespace epsim
