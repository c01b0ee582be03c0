// What a platform is described by, and the topology made from it. Plain values; the scenario reader fills
// and validates them (scenarios/), presets are platforms/*.json.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "platforms/generators/rail_optimized.hpp"
#include "platforms/generators/star.hpp"
#include "platforms/topology.hpp"

namespace epsim {

/// Compute side of one device; an H100 where nothing is said. Peaks are dense figures; the efficiencies turn
/// them into achieved rates.
struct DeviceCompute {
  std::string name = "H100";
  FlopsPerSecond bf16_flops = 989e12;
  FlopsPerSecond fp8_flops = 1979e12;  ///< 0: the device has no FP8 units
  BytesPerSecond memory_bandwidth = 3.35e12;
  Bytes memory = 80'000'000'000;
  double gemm_efficiency = 0.6;    ///< achieved share of peak FLOP/s in grouped GEMM
  double memory_efficiency = 0.8;  ///< achieved share of memory bandwidth
};

/// The table of topologies. Each alternative has, beside its struct: its name in scenario files (`topology`),
/// and the functions `build`, `facts_of`, `parameters_of` and `fault_of` (platforms/generators).
using Fabric = std::variant<StarSpec, RailOptimizedSpec>;

struct PlatformSpec {
  std::string preset;  ///< the preset it came from; empty when given in full
  Fabric fabric = StarSpec{};
  DeviceCompute device;
};

[[nodiscard]] FabricFacts facts_of(const PlatformSpec& spec);
[[nodiscard]] int device_count(const PlatformSpec& spec);
/// Precondition: a validated spec.
[[nodiscard]] Topology build_topology(const PlatformSpec& spec);

}  // namespace epsim
