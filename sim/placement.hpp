// ExpertPlacement: which expert sits in which slot. Slots are numbered device by device.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/scenario.hpp"

namespace epsim {

struct ExpertPlacement {
  int slots_per_device = 0;
  std::vector<std::int32_t> expert_of_slot;  ///< size ranks * slots_per_device
  std::vector<std::int32_t> slot_of_expert;  ///< the one slot of each expert (replicas come later)

  [[nodiscard]] int slots() const { return static_cast<int>(expert_of_slot.size()); }
  [[nodiscard]] int rank_of_slot(int slot) const { return slot / slots_per_device; }
};

/// Experts in order, experts_per_device to each rank.
[[nodiscard]] ExpertPlacement place_experts(const ExpertParallel& expert_parallel);

}  // namespace epsim
