// What a platform is described by, and the topology made from it. Plain values; the scenario reader fills
// and validates them (scenarios/), presets are platforms/*.json.
#pragma once

#include <string>
#include <variant>
#include <vector>

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

/// One full-duplex port per device into an ideal switch; all devices are one node. A route is two links of
/// `latency` each.
struct StarSpec {
  int devices = 8;
  BytesPerSecond bandwidth = 50e9;
  Seconds latency = 2e-6;
};

/// Nodes of devices joined by an ideal scale-up switch (NVSwitch), each device with NICs on the leaf of its
/// rail. A unit is up to `nodes_per_unit` nodes with one leaf per rail; spines join the leaves. A single node
/// has no scale-out fabric. Between two leaves there are `spines` equal paths; each leaf's uplinks together
/// carry the bandwidth of its downlinks (those of min(nodes, nodes_per_unit) nodes) divided by
/// `oversubscription`.
struct RailOptimizedSpec {
  int nodes = 1;
  int devices_per_node = 8;
  BytesPerSecond scale_up_bandwidth = 450e9;  ///< per device and direction
  Seconds scale_up_latency = 0.5e-6;          ///< per access link, so a route inside a node takes two
  BytesPerSecond nic_bandwidth = 50e9;        ///< per NIC and direction
  double nics_per_device = 1;                 ///< fractions allowed: the device's share of shared NICs
  Seconds nic_latency = 0.6e-6;               ///< per access link
  Seconds leaf_spine_latency = 0.3e-6;        ///< per leaf-spine link
  int nodes_per_unit = 32;
  /// 0: as many 64-port switches as take all cables of the leaves (8 for 64 nodes with 8 rails), rounded so
  /// that they divide a leaf's devices and each cable carries a NIC's rate (spines then have more ports).
  int spines = 0;
  double oversubscription = 1;
};

struct PlatformSpec {
  std::string preset;  ///< the preset it came from; empty when given in full
  std::variant<StarSpec, RailOptimizedSpec> fabric = StarSpec{};
  DeviceCompute device;
};

[[nodiscard]] int device_count(const PlatformSpec& spec);
/// Equal paths between two leaves. Where `spines` is 0: as many 64-port switches as take all cables of the
/// leaves, or the next number that divides a leaf's devices, so that they spread evenly; never more than a
/// leaf has cables of a NIC's rate, so that one flow gets it.
[[nodiscard]] int spine_count(const RailOptimizedSpec& spec);
/// Precondition: a validated spec.
[[nodiscard]] Topology build_topology(const PlatformSpec& spec);

}  // namespace epsim
