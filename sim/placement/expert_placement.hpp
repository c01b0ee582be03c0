// ExpertPlacement: which expert sits in which slot; an expert may have several (replicas).
#pragma once

#include <cstdint>
#include <vector>

namespace epsim {

/// Slots are numbered device by device.
struct ExpertPlacement {
  int slots_per_device = 0;
  std::vector<std::int32_t> expert_of_slot = {};  ///< size ranks * slots_per_device

  [[nodiscard]] int slots() const { return static_cast<int>(expert_of_slot.size()); }
  [[nodiscard]] int rank_of_slot(int slot) const { return slot / slots_per_device; }
  bool operator==(const ExpertPlacement&) const = default;
};

/// The slots of every expert, ascending.
[[nodiscard]] std::vector<std::vector<int>> slots_of_experts(const ExpertPlacement& placement,
                                                             int num_experts);

}  // namespace epsim
