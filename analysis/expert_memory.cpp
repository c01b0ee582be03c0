#include "analysis/expert_memory.hpp"

namespace epsim {

std::vector<ExpertMemoryPlan> expert_memory_plans(const ExpertMemoryQuestion& question) {
  std::vector<ExpertMemoryPlan> plans;
  for (int size = 1; size <= question.world_size; ++size) {
    if (question.world_size % size != 0 || question.expert_copies % size != 0) continue;
    const int per_device = question.expert_copies / size;
    plans.push_back(
        {size, per_device,
         static_cast<double>(question.moe_layers) * per_device * static_cast<double>(question.expert_bytes)});
  }
  return plans;
}

}  // namespace epsim
