// How long an experiment will take to simulate, estimated from the sizes in its scenario. Good enough to
// start the expensive ones first and to tell minutes from hours; within a factor of about three for usual
// sizes.
#pragma once

#include <span>

#include "sim/scenario.hpp"

namespace epsim {

/// Seconds on one core: routing all steps, and simulating those that are under all patterns, on the
/// scenario's engine.
[[nodiscard]] Seconds estimate_seconds(const Scenario& scenario, std::span<const PatternKind> patterns);

}  // namespace epsim
