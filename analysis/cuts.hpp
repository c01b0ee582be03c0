// Cuts: sets of ranks, and how fast bytes can leave each set for the rest of the group.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/routed_step.hpp"

namespace epsim {

inline constexpr std::size_t max_cuts = 64;

/// Up to 64 candidate sets, so that the sets a rank is in fit one word.
struct Cuts {
  std::vector<std::uint64_t> sets_of_rank;  ///< bit s: the rank is in set s
  /// Max-flow from the devices of the set to those of the other ranks. Devices forward in this flow, because
  /// patterns may relay through them. Cables are full duplex, so it is the bandwidth into the set as well.
  std::vector<BytesPerSecond> bandwidth;
};

/// The first half of the group's nodes and the aligned blocks of 2^k nodes, largest first, a set and its
/// complement counted once; on a single node the first half of the ranks. The smallest blocks beyond 64 sets
/// are left out: their own ports bound them nearly as well, and every set costs a max-flow.
[[nodiscard]] Cuts find_cuts(const Cluster& cluster);

}  // namespace epsim
