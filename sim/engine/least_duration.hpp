// What a run cannot fall below.
#pragma once

#include "platforms/routes.hpp"
#include "platforms/topology.hpp"
#include "sim/lowering.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// A duration that the run cannot fall below: the busiest link's bytes / bandwidth, the busiest stream's
/// computations. 0 for an empty schedule. The fluid engine's relative resolution refers to it.
[[nodiscard]] Seconds least_duration(const LoweredSchedule& lowered, const Routes& routes);

}  // namespace epsim
