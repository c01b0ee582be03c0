// RouterState: what a router has learned when a step begins. It goes into `route` (sim/route.hpp) and comes
// out of it; nothing else remembers anything from step to step.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/placement/expert_placement.hpp"

namespace epsim {

struct LearnedGate;

/// What one step hands to the next, for the same scenario.
struct RouterState {
  int step = 0;
  /// Calibrated for the step before, without gate_bias; null: made when needed.
  std::shared_ptr<const LearnedGate> gate = nullptr;
  std::vector<double> log_popularity = {};  ///< with drift: per expert, standardised; empty: the first step's
  std::vector<double> gate_bias = {};       ///< auxiliary loss: per expert, added to the logits; empty: zeros
  std::vector<double> selection_bias = {};  ///< load_aware: per expert; empty: zeros
  std::optional<ExpertPlacement> placement = {};  ///< empty: the first one
  std::vector<double> average_load = {};          ///< dynamic: moving average per expert
  std::vector<double> assigned_load = {};         ///< load_based: decayed counts per expert; empty: zeros
};

}  // namespace epsim
