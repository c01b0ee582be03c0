// One switch and a port per device.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "platforms/parameter.hpp"
#include "platforms/topology.hpp"

namespace epsim {

/// One full-duplex port per device into an ideal switch; all devices are one node. A route is two links of
/// `latency` each.
struct StarSpec {
  static constexpr std::string_view topology = "star";

  int devices = 8;
  BytesPerSecond bandwidth = 50e9;
  Seconds latency = 2e-6;
};

[[nodiscard]] Topology build(const StarSpec& spec);
[[nodiscard]] FabricFacts facts_of(const StarSpec& spec);
[[nodiscard]] const std::vector<Parameter<StarSpec>>& parameters_of(const StarSpec& spec);
[[nodiscard]] std::optional<SpecFault> fault_of(const StarSpec& spec);

}  // namespace epsim
