// Nodes with a scale-up switch each, joined rail by rail.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "platforms/parameter.hpp"
#include "platforms/topology.hpp"

namespace epsim {

/// Nodes of devices joined by an ideal scale-up switch (NVSwitch), each device with NICs on the leaf of its
/// rail. A unit is up to `nodes_per_unit` nodes with one leaf per rail; spines join the leaves. A single node
/// has no scale-out fabric. Between two leaves there are `spines` equal paths; each leaf's uplinks together
/// carry the bandwidth of its downlinks (those of min(nodes, nodes_per_unit) nodes) divided by
/// `oversubscription`.
struct RailOptimizedSpec {
  static constexpr std::string_view topology = "rail_optimized";

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

/// Equal paths between two leaves. Where `spines` is 0: as many 64-port switches as take all cables of the
/// leaves, or the next number that divides a leaf's devices, so that they spread evenly; never more than a
/// leaf has cables of a NIC's rate, so that one flow gets it.
[[nodiscard]] int spine_count(const RailOptimizedSpec& spec);
[[nodiscard]] Topology build(const RailOptimizedSpec& spec);
[[nodiscard]] FabricFacts facts_of(const RailOptimizedSpec& spec);
[[nodiscard]] const std::vector<Parameter<RailOptimizedSpec>>& parameters_of(const RailOptimizedSpec& spec);
[[nodiscard]] std::optional<SpecFault> fault_of(const RailOptimizedSpec& spec);

}  // namespace epsim
