// Proof that a run kept to what its network can do, whatever engine made it.
#pragma once

#include "platforms/routes.hpp"
#include "sim/lowering.hpp"
#include "sim/timeline.hpp"

namespace epsim {

/// Throws Error (simulation) naming the first offending transfer or link, unless
///  * no transfer ends before its own least time: its route's latency and its bytes over the narrowest link;
///  * no link carries more than its bandwidth times the time in which it had flows: in every stretch of time
///    in which a link always has one, from the moment the bytes of its first flow reach the network to the
///    end of its last.
/// Both to rounding: 1e-9 of the time and ten times SimGrid's precision.
void check_timeline(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes,
                    const Timeline& timeline);

}  // namespace epsim
