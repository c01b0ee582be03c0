// Reads `expert_parallel` and fills in what follows from the model and the platform.
#pragma once

#include "platforms/platform.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// num_experts, experts_per_device, expert_parallel_size and top_k are 8, 2, 4, 2 when neither the model nor
/// the file gives any of them. Otherwise num_experts and top_k come from the model, a factor of
/// experts_per_device * expert_parallel_size = num_experts + redundant_experts that is missing is derived,
/// expert_parallel_size is the platform's device count where it does not follow from the other two,
/// experts_per_device then 2 where nothing says otherwise, and top_k 2. Without a platform each member is
/// checked for itself only and nothing is derived.
[[nodiscard]] ExpertParallel read_expert_parallel(JsonObject object, const Model& model,
                                                  const PlatformSpec* platform,
                                                  std::vector<Problem>& problems);

}  // namespace epsim
