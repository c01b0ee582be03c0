// What a simulation costs on each engine, from sizes alone: the one model that the choice of an engine, the
// notice before a long wait, the order of a sweep's points and the check of memory follow from.
#pragma once

#include <cstddef>

#include "sim/scenario.hpp"

namespace epsim {

/// What one pattern's layer asks of an engine. Doubles, because absurd scenarios overflow integers.
struct EngineLoad {
  double steps = 0;            ///< transfers and computations
  double transfers = 0;        ///< of all exchanges
  double in_flight = 0;        ///< transfers at once
  double connected = 0;        ///< of these, flows that hang together through links that may limit them
  double routes = 0;           ///< device pairs
  bool all_at_once = false;    ///< no window: transfers only end, one by one
  bool equal_sizes = false;    ///< transfers that start together end together
  bool has_overheads = false;  ///< computations before messages, so that these start one by one
};

/// How many connected flows the fluid engine solves exactly whatever its resolution. Where a window makes the
/// end of one transfer the start of another, small differences grow (of two messages the other one comes
/// first), so there it is as exact as a few seconds allow: an exact solve costs some 25 ns per flow, and each
/// transfer causes two. Flows that all start at once do not need that.
[[nodiscard]] std::size_t exactly_solved_flows(double transfers, bool has_window);

/// Wall time on one core, within a factor of about three. `engine` is not automatic; `resolution` is the
/// fluid engine's, 0: exact.
[[nodiscard]] Seconds engine_seconds(EngineKind engine, double resolution, const EngineLoad& load);

/// Bytes of the engine's own, beside schedule, routes and timeline.
[[nodiscard]] double engine_bytes(EngineKind engine, const EngineLoad& load);

}  // namespace epsim
