// Where the ranks of an expert-parallel group sit: rank -> device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "platforms/names.hpp"
#include "platforms/topology.hpp"

namespace epsim {

enum class RankOrder : std::uint8_t {
  balanced,    ///< on as few nodes as hold them, in order, with shares that differ by at most one
  contiguous,  ///< rank r on device r
  strided,     ///< dealt to all nodes in turn
  listed       ///< as the platform says one by one
};
template <>
struct Names<RankOrder> {
  /// `listed` has no name: the list stands for it.
  static constexpr auto values = name_list("balanced", "contiguous", "strided");
};

struct RanksSpec {
  RankOrder order = RankOrder::balanced;
  std::vector<DeviceId> devices = {};  ///< of each rank, where they are listed
};

/// `node_of_device`: dense from 0. Precondition: 1 <= ranks <= devices, and as many as are listed.
[[nodiscard]] std::vector<DeviceId> devices_of_ranks(const RanksSpec& spec,
                                                     std::span<const NodeId> node_of_device, int ranks);

}  // namespace epsim
