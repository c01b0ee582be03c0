// How much memory an experiment will need, estimated from the sizes in its scenario before anything is built.
// Generous closed forms: every pair has traffic, every chunk is full.
#pragma once

#include <span>

#include "sim/scenario.hpp"

namespace epsim {

/// In bytes; doubles, because absurd scenarios overflow integers.
struct MemoryEstimate {
  double routing = 0;  ///< tokens' selections, traffic between ranks
  double schedules =
      0;  ///< operations, routes and timelines of all patterns; twice where placements are compared
  double engine = 0;      ///< the engine's own in the children that run at a time
  double program = 25e6;  ///< measured: the program and its libraries

  [[nodiscard]] double total() const { return routing + schedules + engine + program; }
};

/// `parallel` simulations run at a time.
[[nodiscard]] MemoryEstimate estimate_memory(const Scenario& scenario, std::span<const PatternKind> patterns,
                                             int parallel);

/// Of a closed-form estimate: one pattern's schedule at a time, no timeline and no engine.
[[nodiscard]] MemoryEstimate estimate_memory_unsimulated(const Scenario& scenario,
                                                         std::span<const PatternKind> patterns);

/// Throws Error (input) that names the estimate and what to reduce when it exceeds `available` (0: unknown).
void check_memory(const MemoryEstimate& estimate, double available);

}  // namespace epsim
