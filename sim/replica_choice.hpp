// Which of an expert's replicas a selection goes to.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/group.hpp"
#include "sim/placement/expert_placement.hpp"
#include "sim/routing/token_routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// The slot of every selection, -1 for dropped ones. Where an expert has replicas:
/// nearest: those of the home rank, else of its node, else all; equally near ones in turn, each home starting
/// from its own number; round_robin: all in turn, likewise; random: by a hash of (seed, step, token, expert).
[[nodiscard]] std::vector<std::int32_t> choose_slots(const TokenRouting& routing,
                                                     const ExpertPlacement& placement, const Group& group,
                                                     ReplicaChoice choice, std::uint64_t stream);

}  // namespace epsim
