// What rings and tori share.
#pragma once

#include <cstdint>
#include <span>

#include "platforms/generators/generator.hpp"

namespace epsim {

/// Cables that meet at a router of the torus; a dimension of two is one cable, one of one is none.
[[nodiscard]] int torus_degree(std::span<const int> shape);
/// A router for each end, which stand at the places of a torus, the last dimension fastest. An end's link to
/// its router holds the router back in nothing: it has the bandwidth of all the router's cables and no
/// latency.
[[nodiscard]] RoutingRule join_torus(const std::vector<int>& shape, BytesPerSecond bandwidth, Seconds latency,
                                     const Site& site);
[[nodiscard]] TopologyFacts torus_facts(std::span<const int> shape, BytesPerSecond bandwidth);

}  // namespace epsim
