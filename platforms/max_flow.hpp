// How fast bytes can get from some devices to others, over all links at once.
#pragma once

#include <span>

#include "platforms/topology.hpp"

namespace epsim {

/// Max-flow from the devices `from` to the devices `to`, which are different ones. Devices forward in it, as
/// patterns may relay through them.
[[nodiscard]] BytesPerSecond max_flow(const Topology& topology, std::span<const DeviceId> from,
                                      std::span<const DeviceId> to);

}  // namespace epsim
