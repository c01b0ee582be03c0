#include "sim/placement.hpp"

#include <numeric>

namespace epsim {

ExpertPlacement place_experts(const ExpertParallel& expert_parallel) {
  ExpertPlacement placement;
  placement.slots_per_device = expert_parallel.experts_per_device;
  placement.expert_of_slot.resize(static_cast<std::size_t>(expert_parallel.num_experts));
  std::iota(placement.expert_of_slot.begin(), placement.expert_of_slot.end(), 0);
  placement.slot_of_expert = placement.expert_of_slot;
  return placement;
}

}  // namespace epsim
