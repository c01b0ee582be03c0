// Which expert-parallel sizes a cluster's memory allows.
#pragma once

#include <vector>

#include "platforms/units.hpp"

namespace epsim {

struct ExpertMemoryQuestion {
  int world_size = 1;     ///< devices that experts may be spread over
  int expert_copies = 1;  ///< of one layer: experts and redundant ones
  int moe_layers = 1;
  Bytes expert_bytes = 0;   ///< weights of one expert
  double budget_bytes = 0;  ///< of a device's memory, for experts
};

struct ExpertMemoryPlan {
  int expert_parallel_size = 1;
  int experts_per_device = 1;
  double bytes_per_device = 0;  ///< MoE layers x experts per device x weights of one

  [[nodiscard]] bool fits(double budget_bytes) const { return bytes_per_device <= budget_bytes; }
};

/// All sizes that divide both the world and the copies, the smallest first.
[[nodiscard]] std::vector<ExpertMemoryPlan> expert_memory_plans(const ExpertMemoryQuestion& question);

}  // namespace epsim
