// The points of a sweep for people, before they run.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <vector>

#include "scenarios/sweep/plan.hpp"

namespace epsim {

/// One line per chosen point: its number, settings, estimated seconds on one core and memory, or its error;
/// then the sums.
void write_plan_table(std::ostream& out, const Sweep& sweep, const std::vector<PlannedPoint>& plan,
                      const std::vector<std::size_t>& chosen);

}  // namespace epsim
