// Recorded routing: the selections of a real router, step by step, instead of the synthetic gate's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/scenario.hpp"

namespace epsim {

/// One step's tokens, already dealt to the ranks of the scenario.
struct RecordedStep {
  std::vector<int> tokens_per_device;
  std::vector<std::int32_t> expert;  ///< tokens * top_k, best first
  std::vector<float> weight;         ///< same size, or empty: equal weights
};

struct RecordedRouting {
  std::vector<RecordedStep> steps;
};

/// By rank.
[[nodiscard]] const std::vector<int>& tokens_of_step(const Scenario& scenario, int step);

/// The scenario with the tokens of one step: a trace's steps may differ. Without a trace it is the same. Only
/// `route` needs it; the stages after it read the tokens from what it returns.
[[nodiscard]] Scenario scenario_of_step(const Scenario& scenario, int step);

}  // namespace epsim
