// Which engine runs a schedule, and how long SimGrid would take for it.
#pragma once

#include "platforms/routes.hpp"
#include "platforms/topology.hpp"
#include "sim/scenario.hpp"
#include "sim/transport.hpp"

namespace epsim {

/// A duration that the run cannot fall below: the busiest link's bytes / bandwidth, the busiest stream's
/// computations. 0 for an empty schedule. The fluid engine's relative resolution refers to it.
[[nodiscard]] Seconds least_duration(const LoweredSchedule& lowered, const Routes& routes);

/// Rough wall time of the SimGrid engine on one core of a current machine, within a factor of about three.
/// Every end of a transfer shares out anew the bandwidth of all flows that are connected with it, so the time
/// grows with transfers * flows in flight.
[[nodiscard]] double simgrid_wall_seconds(const LoweredSchedule& lowered, const Topology& topology,
                                          const Routes& routes);

/// What `automatic` means for schedules that SimGrid takes so long for.
[[nodiscard]] EngineKind engine_for(EngineKind asked, double simgrid_wall_seconds);

}  // namespace epsim
