// Engines run a lowered schedule on a topology. One signature; SimGrid's is the default and the reference.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platforms/routes.hpp"
#include "platforms/topology.hpp"
#include "sim/lowering.hpp"
#include "sim/scenario.hpp"
#include "sim/timeline.hpp"

namespace epsim {

/// Runs the schedule and fills the timeline (sized for it). `routes` holds every pair that the schedule uses.
/// Throws Error (simulation) on deadlock, naming who waits for what.
/// SimGrid is process-global and may abort: call it through `run_jobs` only.
/// `paje`, if not empty, names a file for SimGrid's own trace of links and actors.
void run_simgrid(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes,
                 Timeline& timeline, const std::string& paje = {});

/// The same by our own max-min sharing, for scale. `allowance` is the part of the time scale of what is
/// exchanged by which times may be off: 0 is exact (level_network.hpp). Else sharing lags behind where
/// all transfers start at once (fluid_network.hpp), and elsewhere flows get up to half of it less than their
/// fair share (link_levels.hpp).
void run_fluid(const LoweredSchedule& lowered, const Routes& routes, double allowance, Timeline& timeline);

/// SimGrid's precision: it ends latencies and computations early by up to as much. In runs where small
/// differences grow, 1e-9 s moved results by 4 %.
inline constexpr Seconds simgrid_resolution = 1e-12;

/// The rule of order of both engines: of the operations that become ready on a stream that issues as ready
/// within this time, the lowest is issued. Sums of the same durations in another order differ by less.
inline constexpr Seconds same_moment = 1e-12;

struct EngineJob {
  std::string label;  ///< for errors: scenario and pattern
  const LoweredSchedule* lowered = nullptr;
  const Topology* topology = nullptr;
  const Routes* routes = nullptr;
  EngineKind engine = EngineKind::simgrid;  ///< not automatic
  double allowance = 0;                     ///< of the fluid engine
  double weight = 1;                        ///< in progress: how long it is expected to take
  std::string paje = {};                    ///< of SimGrid: file for its own trace; empty: none
};

/// Runs each job in its own forked child, at most `parallel` at a time, and returns their timelines in
/// order. A child that dies, reports an error or deadlocks becomes an Error (simulation) naming its label,
/// after the other children have been stopped. SIGINT or SIGTERM stops the children and throws Error
/// (interrupted). Call from a single-threaded process. `done`, if given, is told about twice a second
/// which part has been done: of each job's bytes what has been delivered, jobs by their weights.
[[nodiscard]] std::vector<Timeline> run_jobs(std::span<const EngineJob> jobs, int parallel,
                                             const std::function<void(double)>& done = {});

}  // namespace epsim
