// What a simulation costs on each engine, from sizes alone: the one model that the choice of an engine, the
// notice before a long wait, the order of a sweep's points and the check of memory follow from.
#pragma once

#include <cstddef>

#include "sim/scenario.hpp"

namespace epsim {

/// When a pattern hands its transfers to the network.
enum class Issue {
  windowed,   ///< one that ends lets the next start
  unlimited,  ///< as soon as they can, the sender's time per message or computations between them
  at_once     ///< all at the start: sharing may lag
};

/// What one pattern's layer asks of an engine. Doubles, because absurd scenarios overflow integers.
struct EngineLoad {
  double ops = 0;        ///< transfers and computations
  double transfers = 0;  ///< of all exchanges
  double exchanges = 1;
  double in_flight = 0;     ///< transfers at once
  double per_link = 0;      ///< of these, on one of a device's links
  double connected = 0;     ///< devices whose flows share links that may limit them
  double skew = 0;          ///< of a router: the more, the fewer links are full
  double end_together = 1;  ///< transfers whose ends are one moment, where sizes are unequal
  double routes = 0;        ///< device pairs
  Issue issue = Issue::windowed;
  bool shares_cables = false;   ///< links between switches may limit, too
  double oversubscription = 1;  ///< of these: they are fewer than the devices' links, with more flows on each
  bool equal_sizes = false;     ///< transfers that start together end together, but for shared cables
};

/// Wall time on one core, within a factor of about three. `engine` is not automatic; `allowance` is the fluid
/// engine's, 0: exact.
[[nodiscard]] Seconds engine_seconds(EngineKind engine, double allowance, const EngineLoad& load);

/// The allowance that the fluid engine runs with: 0 where it is quick enough exactly, else `resolution`.
[[nodiscard]] double fluid_allowance(double resolution, const EngineLoad& load);

/// Bytes of the engine's own, beside schedule, routes and timeline.
[[nodiscard]] double engine_bytes(EngineKind engine, const EngineLoad& load);

}  // namespace epsim
