// How long an experiment will take to simulate, estimated from the sizes in its scenario. Good enough to
// start the expensive ones first and to tell minutes from hours; within a factor of about three for usual
// sizes.
#pragma once

#include <span>

#include "sim/scenario.hpp"

namespace epsim {

/// Seconds on one core: routing and simulating all steps under all patterns.
[[nodiscard]] Seconds estimate_seconds(const Scenario& scenario, std::span<const PatternKind> patterns);

}  // namespace epsim
