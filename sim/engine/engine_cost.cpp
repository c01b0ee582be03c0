#include "sim/engine/engine_cost.hpp"

#include <algorithm>
#include <cmath>

namespace epsim {
namespace {

// Measured on one core of a small cloud machine with stars and rail-optimized platforms of 64 to 1,024
// devices, windows of 1 to 32 and none, equal and log-normal sizes, and routed traffic with and without skew.

/// Every end of a transfer shares the network anew among all that are in flight, connected or not, and walks
/// their list; equal transfers that started together end together.
Seconds simgrid_seconds(const EngineLoad& load) {
  constexpr Seconds per_op = 2.5e-6;
  constexpr double longer_routes = 3;
  constexpr Seconds per_flow_walked = 8e-10;
  constexpr Seconds per_flow_shared = 1.2e-7;
  const double few_are_full = 1 / (1 + 0.5 * load.skew);
  const double of_exchange = std::max(1.0, load.transfers / load.exchanges);
  const double mean_in_flight =
      load.in_flight * (1 - load.in_flight / (2 * of_exchange));  // fewer at its end
  return (load.shares_cables ? longer_routes : 1) * per_op * load.ops +
         per_flow_walked * load.transfers * load.in_flight +
         (load.equal_sizes ? 0 : few_are_full * per_flow_shared * load.transfers * mean_in_flight);
}

/// How many links get a new level when a transfer comes or goes. With few flows on each it stays near, with
/// many it goes through all that are connected; cables between switches carry it twice as far, links that
/// are not full no further.
double links_touched(const EngineLoad& load) {
  const double spread = 0.2 * std::pow(load.per_link, 1.9);
  const double few_are_full = 1 / (1 + 8 * load.skew);  // at 0.2 a change goes a third as far, at 1 a tenth
  return few_are_full *
         std::min((load.shares_cables ? 2 : 1) * spread, load.connected / load.oversubscription);
}

/// Of one link's new level: each of its flows' other links is looked at, most of which are not in the cache.
Seconds level_seconds(const EngineLoad& load) {
  constexpr Seconds per_link = 8e-8;
  constexpr Seconds per_flow = 5.2e-9;
  constexpr double longer_routes = 2;  // four links in place of two
  return (load.shares_cables ? longer_routes : 1) *
         (per_link + per_flow * load.per_link * load.oversubscription);
}

Seconds exact_fluid_seconds(const EngineLoad& load) {
  constexpr Seconds per_op = 5e-7;
  constexpr Seconds per_event = 6e-7;
  const Seconds alone = (per_op + 2 * per_event) * load.ops;
  const bool is_windowed = load.issue == Issue::windowed;
  if (!load.equal_sizes) {
    const double changes = is_windowed ? 2 : 1;  // a start and an end; else only ends
    return alone + changes * load.transfers / load.end_together * links_touched(load) * level_seconds(load);
  }
  // Equal transfers are one moment's. Only where they share cables do some of them end later than others.
  if (!load.shares_cables) return alone;
  const double levels_per_transfer = is_windowed ? links_touched(load) : 2;
  return alone + load.transfers * levels_per_transfer * level_seconds(load);
}

Seconds fluid_seconds(double allowance, const EngineLoad& load) {
  constexpr Seconds per_op = 5e-7;
  constexpr Seconds per_transfer_lagging = 3e-6;
  constexpr double slack_gain = 3;  // of an allowance, where sharing does not lag
  const Seconds exact = exact_fluid_seconds(load);
  if (allowance == 0) return exact;
  const Seconds inexact = load.issue == Issue::at_once
                              ? per_op * load.ops + per_transfer_lagging * load.transfers
                              : exact / slack_gain;
  return std::min(exact, inexact);
}

}  // namespace

Seconds engine_seconds(EngineKind engine, double allowance, const EngineLoad& load) {
  return engine == EngineKind::fluid ? fluid_seconds(allowance, load) : simgrid_seconds(load);
}

double fluid_allowance(double resolution, const EngineLoad& load) {
  constexpr Seconds quick = 10;
  const bool is_small_window =
      load.issue == Issue::windowed && load.per_link <= 8;  // an allowance would save nothing there
  return is_small_window || fluid_seconds(0, load) <= quick ? 0 : resolution;
}

double engine_bytes(EngineKind engine, const EngineLoad& load) {
  // Measured on 64-bit Linux. SimGrid: a route and a transfer in flight. Fluid: Progress' record of an
  // operation, a flow.
  constexpr double simgrid_per_route = 250;
  constexpr double simgrid_per_flow = 1700;
  constexpr double fluid_per_op = 40;
  constexpr double fluid_per_flow = 120;
  return engine == EngineKind::fluid ? fluid_per_op * load.ops + fluid_per_flow * load.in_flight
                                     : simgrid_per_route * load.routes + simgrid_per_flow * load.in_flight;
}

}  // namespace epsim
