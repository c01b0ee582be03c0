#include "sim/simulate.hpp"

#include <utility>

#include "sim/check_timeline.hpp"
#include "sim/choose_engine.hpp"
#include "sim/engine/engine_cost.hpp"
#include "sim/engine/least_duration.hpp"
#include "sim/experiment_size.hpp"
#include "sim/layer.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/schedule/check.hpp"

namespace epsim {
namespace {

struct Prepared {
  PatternKind pattern;
  LoweredSchedule lowered;
  Routes routes;
};

Prepared prepare(const Scenario& scenario, const Cluster& cluster, const Traffic& traffic,
                 PatternKind pattern, bool check) {
  LayerSchedule layer = build_layer(scenario, pattern, cluster.group, traffic);
  if (check) check_schedule(layer.schedule, cluster.group, traffic, layer.exchanges);
  const Transport& transport = scenario.transport_of(pattern);
  LoweredSchedule lowered = lower(std::move(layer.schedule), transport, cluster.topology, layer.entries);
  Routes routes = routes_of(lowered.schedule, transport, cluster.topology);
  return {pattern, std::move(lowered), std::move(routes)};
}

}  // namespace

std::vector<Simulation> simulate(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step,
                                 std::span<const PatternKind> patterns, const SimulateOptions& options) {
  std::vector<Prepared> prepared;
  for (const PatternKind pattern : patterns)
    prepared.push_back(prepare(scenario, cluster, step.traffic, pattern, options.check));

  const EngineKind engine = choose_engine(scenario);
  std::vector<EngineJob> jobs;
  for (const Prepared& run : prepared) {
    const double allowance = choose_allowance(scenario, run.pattern);
    jobs.push_back({scenario.name + " (" + std::string(name_of(run.pattern)) + ")", &run.lowered,
                    &cluster.topology, &run.routes, engine, allowance,
                    engine_seconds(engine, allowance, engine_load(scenario, run.pattern))});
  }
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (const auto file = options.paje.find(prepared[i].pattern); file != options.paje.end())
      jobs[i].paje = file->second;
  std::vector<Timeline> timelines = run_jobs(jobs, options.parallel, options.done);
  for (std::size_t i = 0; options.check && i < jobs.size(); ++i)
    check_timeline(prepared[i].lowered, cluster.topology, prepared[i].routes, timelines[i]);

  std::vector<Simulation> simulations;
  for (std::size_t i = 0; i < prepared.size(); ++i)
    simulations.push_back({prepared[i].pattern, std::move(prepared[i].lowered), std::move(prepared[i].routes),
                           std::move(timelines[i]), engine, jobs[i].allowance});
  return simulations;
}

Seconds moving_seconds(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step) {
  Scenario alone = scenario;
  alone.patterns = {};
  alone.pattern_transports = {};
  alone.engine = choose_engine(scenario);  // the one of the layers, whatever the moves would have got
  const RoutedStep weights{.traffic = build_traffic(*step.moved, cluster.group)};
  const std::vector<PatternKind> pattern = {PatternKind::all_to_all};
  return simulate(alone, cluster, weights, pattern, {}).front().timeline.end();
}

Seconds resolution_of(const Simulation& simulation) {
  if (simulation.engine == EngineKind::simgrid) return simgrid_resolution;
  return simulation.allowance > 0
             ? simulation.allowance * least_duration(simulation.lowered, simulation.routes)
             : 0;
}

}  // namespace epsim
