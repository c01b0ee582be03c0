#include "sim/placement/expert_placement.hpp"
#include "platforms/indexing.hpp"

namespace epsim {

std::vector<std::vector<int>> slots_of_experts(const ExpertPlacement& placement, int num_experts) {
  std::vector<std::vector<int>> slots(static_cast<std::size_t>(num_experts));
  for (int slot = 0; slot < placement.slots(); ++slot)
    slots[at(placement.expert_of_slot[at(slot)])].push_back(slot);
  return slots;
}

}  // namespace epsim
