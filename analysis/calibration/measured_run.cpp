#include "analysis/calibration/measured_run.hpp"

#include <utility>

#include "analysis/summary.hpp"
#include "platforms/indexing.hpp"

namespace epsim {

MeasuredRun::MeasuredRun(Scenario scenario)
    : scenario_(std::move(scenario)),
      cluster_(build_cluster(scenario_)),
      step_(route_step(scenario_, cluster_, {})) {}

PhaseTimes MeasuredRun::simulate(const Transport& transport) const {
  Scenario changed = scenario_;
  changed.pattern_transports[pattern()] = transport;
  const Simulation simulation =
      std::move(epsim::simulate(changed, cluster_, step_, {{pattern()}}, {.parallel = 1}).front());
  const Schedule& schedule = simulation.lowered.schedule;
  Bytes bytes = 0;
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.phase(op) == Phase::dispatch) bytes += schedule.bytes(op);
  const auto seconds = phase_seconds(schedule, simulation.timeline);
  return {seconds[at(Phase::dispatch)], seconds[at(Phase::combine)], simulation.timeline.end(), bytes};
}

}  // namespace epsim
