// What a platform is described by, and the topology made from it. Plain values; the scenario reader fills
// and validates them (scenarios/), presets are platforms/*.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/generators/topology_spec.hpp"
#include "platforms/parameter.hpp"
#include "platforms/rank_order.hpp"
#include "platforms/topology.hpp"

namespace epsim {

/// Compute side of one device; an H100 where nothing is said. Peaks are dense figures; the efficiencies turn
/// them into achieved rates. A rate or memory of 0: nobody gave it.
struct DeviceCompute {
  std::string name = "H100";
  FlopsPerSecond bf16_flops = 989e12;
  FlopsPerSecond fp8_flops = 1979e12;  ///< 0: the device has no FP8 units
  BytesPerSecond memory_bandwidth = 3.35e12;
  Bytes memory = 80'000'000'000;
  double gemm_efficiency = 0.6;    ///< achieved share of peak FLOP/s in grouped GEMM
  double memory_efficiency = 0.8;  ///< achieved share of memory bandwidth
};

/// Nodes of any topology.
struct NodeSpec {
  TopologySpec topology = TopologySpec("star");
  int nodes = 1;
  double nics_per_device = 1;  ///< n, or 1/n where n neighbours share one
};

struct PlatformSpec {
  std::string preset;  ///< the preset it came from; empty when given in full
  /// Of devices; with `node`, of the fabric between nodes, sized by fit_fabric.
  TopologySpec topology = TopologySpec("star");
  std::optional<NodeSpec> node = std::nullopt;
  RanksSpec ranks = {};
  DeviceCompute device;
};

/// What others want to know about a platform before it is built.
struct PlatformFacts {
  int devices = 0;
  /// Whether devices form nodes with a fabric inside and another one between them; else all are one node.
  bool has_nodes = false;
  int nodes = 1;
  int devices_per_node = 0;
  BytesPerSecond scale_up_bandwidth = 0;   ///< per device and direction
  BytesPerSecond scale_out_bandwidth = 0;  ///< the same, of all its NICs; its share of one that it shares
  BytesPerSecond nic_bandwidth = 0;        ///< of one of them
  int devices_per_nic = 1;                 ///< that share one
  /// Flows between nodes, or else inside the only one, meet on cables behind their devices' own, unevenly.
  bool shares_cables = false;
  double oversubscription = 0;      ///< of a tree of switches between nodes; 0: there is none
  int nodes_per_unit = 0;           ///< that share leaves; 0: there are none
  std::string_view size_parameter;  ///< which parameter makes it larger,
  int devices_per_size = 1;         ///< and by how many devices each
};

[[nodiscard]] PlatformFacts facts_of(const PlatformSpec& spec);
[[nodiscard]] int device_count(const PlatformSpec& spec);
/// How large a group can be: as many ranks as are listed, else as there are devices.
[[nodiscard]] int most_ranks(const PlatformSpec& spec);
/// The node of each device.
[[nodiscard]] std::vector<NodeId> nodes_of_devices(const PlatformSpec& spec);
/// Over how many nodes a group of that many ranks is spread.
[[nodiscard]] int nodes_spanned(const PlatformSpec& spec, int ranks);
/// Sizes `topology` for the nodes that it joins; or says what does not fit. The faults' parameters are
/// members of `node`, of `fabric` where `in_fabric`.
struct FitFault {
  SpecFault fault;
  bool in_fabric = false;
};
[[nodiscard]] std::optional<FitFault> fit_fabric(PlatformSpec& spec);

/// Precondition: a validated spec.
[[nodiscard]] Topology build_topology(const PlatformSpec& spec);

}  // namespace epsim
