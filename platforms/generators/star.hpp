// One switch and a port per device.
#pragma once

#include "platforms/topology.hpp"

namespace epsim {

/// One full-duplex port per device into an ideal switch; all devices are one node. A route is two links of
/// `latency` each.
struct StarSpec {
  int devices = 8;
  BytesPerSecond bandwidth = 50e9;
  Seconds latency = 2e-6;
};

[[nodiscard]] Topology build(const StarSpec& spec);
[[nodiscard]] int device_count(const StarSpec& spec);

}  // namespace epsim
