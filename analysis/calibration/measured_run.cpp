#include "analysis/calibration/measured_run.hpp"

#include <utility>

#include "analysis/summary.hpp"

namespace epsim {

MeasuredRun::MeasuredRun(Scenario scenario)
    : scenario_(std::move(scenario)),
      cluster_(build_cluster(scenario_)),
      step_(route_step(scenario_, cluster_, {})),
      bounds_(lower_bounds(scenario_, cluster_, step_)) {}

PhaseTimes MeasuredRun::simulate(const Transport& transport) const {
  Scenario changed = scenario_;
  changed.pattern_transports[pattern()] = transport;
  const Simulation simulation =
      std::move(epsim::simulate(changed, cluster_, step_, {{pattern()}}, {.parallel = 1}).front());
  const LayerSummary layer = summarize(cluster_, bounds_, simulation);
  return {layer.phase(Phase::dispatch).seconds, layer.phase(Phase::combine).seconds, layer.layer_seconds};
}

}  // namespace epsim
