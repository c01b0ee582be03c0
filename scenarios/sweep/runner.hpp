// Runs the points of a sweep that have no result yet. This process alone writes to the database.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/plan.hpp"
#include "scenarios/sweep/routing_process.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

struct RunnerOptions {
  int jobs = 1;  ///< points (or routing processes) at a time
  PointLimits limits;
  double memory = 0;  ///< bytes that all points together may need by their estimates; 0: any
  bool retry_failed = false;
  bool share_routing = true;  ///< false: every point routes for itself
};

/// How far a run has come.
struct RunState {
  std::size_t points = 0;         ///< to be run when it began
  std::size_t ended = 0;          ///< of these
  std::size_t failed = 0;         ///< of these
  double estimated_seconds = 0;   ///< of all, on one core
  double estimated_ended = 0;     ///< of those that ended
  double best_seconds = 0;        ///< shortest layer so far; 0: none yet
  std::string best;               ///< its point and pattern
  std::string last_error;         ///< of the latest failed point, with its number
  bool waits_for_others = false;  ///< only points that other processes run are left
};

using RunProgress = std::function<void(const RunState&)>;

/// `points` are numbers in `plan`. Returns the state in the end. Points that another process has claimed are
/// waited for, and run here when that process dies. Throws Error (interrupted) on SIGINT, SIGTERM and SIGHUP
/// after everything that ended has been stored, and Error (simulation) when the database cannot be written.
RunState run_points(const Sweep& sweep, const std::vector<PlannedPoint>& plan,
                    std::vector<std::size_t> points, SweepDatabase& database, const RunnerOptions& options,
                    const RunProgress& progress);

}  // namespace epsim
