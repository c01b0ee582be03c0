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

Seconds fluid_seconds(double resolution, const EngineLoad& load) {
  constexpr Seconds per_step = 1e-6;
  constexpr Seconds per_flow_that_ends = 9e-9;        // all at once: a solve per end
  constexpr Seconds per_flow_solved = 7.5e-8;         // with a window: two solves per transfer, and searches
  constexpr Seconds per_transfer_at_once = 3e-6;      // inexact
  constexpr Seconds per_transfer_with_window = 2e-5;  // inexact
  const Seconds steps = per_step * load.steps;
  if (load.equal_sizes) return steps;
  const auto exact_flows = static_cast<double>(exactly_solved_flows(load.transfers, !load.all_at_once));
  const bool is_exact = resolution == 0 || load.connected <= exact_flows;
  if (load.all_at_once && !load.has_overheads)
    return steps + load.transfers * (is_exact ? per_flow_that_ends * load.connected : per_transfer_at_once);
  return steps + load.transfers * (is_exact ? per_flow_solved * load.connected : per_transfer_with_window);
}

}  // namespace

std::size_t exactly_solved_flows(double transfers, bool has_window) {
  constexpr double budget = 100'000'000;
  return has_window ? static_cast<std::size_t>(std::clamp(budget / std::max(1.0, transfers), 64.0, 2048.0))
                    : 256;
}

Seconds engine_seconds(EngineKind engine, double resolution, const EngineLoad& load) {
  return engine == EngineKind::fluid ? fluid_seconds(resolution, load) : simgrid_seconds(load);
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
