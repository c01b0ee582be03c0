#include "sim/engine/engine_cost.hpp"

#include <algorithm>

namespace epsim {
namespace {

// Measured on one core of a small cloud machine with stars of 64 to 256 devices, windows 8 and 0, equal and
// log-normal sizes, and the DeepSeek-V3 scenarios.

/// Every end of a transfer shares the network anew among all that are in flight, connected or not, and walks
/// their list; equal transfers that started together end together.
Seconds simgrid_seconds(const EngineLoad& load) {
  constexpr Seconds per_step = 2.5e-6;
  constexpr Seconds per_flow_walked = 8e-10;
  constexpr Seconds per_flow_shared = 1.2e-7;
  const double mean_in_flight = load.all_at_once ? load.in_flight / 2 : load.in_flight;
  return per_step * load.steps + per_flow_walked * load.transfers * load.in_flight +
         (load.equal_sizes ? 0 : per_flow_shared * load.transfers * mean_in_flight);
}

/// How many links a change of sharing reaches: with few flows on each it stays near, with many it goes
/// through half of a star's links.
double links_touched(const EngineLoad& load) {
  const double spread = load.per_link <= 8 ? load.per_link : 2.9 * load.per_link;
  return std::min(spread, 0.55 * load.connected);
}

Seconds fluid_seconds(double allowance, const EngineLoad& load) {
  constexpr Seconds per_step = 5e-7;
  constexpr Seconds per_event = 6e-7;
  constexpr Seconds per_flow_looked_at = 1.1e-8;
  constexpr Seconds per_transfer_lagging = 3e-6;
  constexpr double slack_gain = 3;  // of an allowance, with a window
  if (load.equal_sizes) return (per_step + 2 * per_event) * load.steps;
  const double exact =
      per_step * load.steps +
      2 * load.transfers * (per_event + per_flow_looked_at * links_touched(load) * load.per_link);
  if (allowance == 0) return exact;
  return load.starts_at_once ? per_step * load.steps + per_transfer_lagging * load.transfers
                             : exact / slack_gain;
}

}  // namespace

Seconds engine_seconds(EngineKind engine, double allowance, const EngineLoad& load) {
  return engine == EngineKind::fluid ? fluid_seconds(allowance, load) : simgrid_seconds(load);
}

double fluid_allowance(double resolution, const EngineLoad& load) {
  constexpr Seconds quick = 10;
  const bool is_small_window =
      !load.all_at_once && load.per_link <= 8;  // an allowance would save nothing there
  return is_small_window || fluid_seconds(0, load) <= quick ? 0 : resolution;
}

double engine_bytes(EngineKind engine, const EngineLoad& load) {
  // Measured on 64-bit Linux. SimGrid: a route and a transfer in flight. Fluid: Progress' record of a step, a
  // flow.
  constexpr double simgrid_per_route = 250;
  constexpr double simgrid_per_flow = 1700;
  constexpr double fluid_per_step = 40;
  constexpr double fluid_per_flow = 120;
  return engine == EngineKind::fluid ? fluid_per_step * load.steps + fluid_per_flow * load.in_flight
                                     : simgrid_per_route * load.routes + simgrid_per_flow * load.in_flight;
}

}  // namespace epsim
