#include "sim/simulate.hpp"

#include <utility>

#include "sim/check_schedule.hpp"
#include "sim/choose_engine.hpp"
#include "sim/engine/least_duration.hpp"
#include "sim/layer.hpp"

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
  LoweredSchedule lowered = lower(std::move(layer.schedule), scenario.transport, cluster.topology);
  Routes routes(cluster.topology, lowered.schedule.used_pairs());
  return {pattern, std::move(lowered), std::move(routes)};
}

}  // namespace

Seconds moving_seconds(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step) {
  const EngineChoice choice = choose_engine(scenario);
  Scenario alone = scenario;
  alone.patterns = {};
  alone.engine = choice.engine;  // the one of the layers, whatever the moves would have got
  alone.resolution = choice.resolution;
  const RoutedStep weights{{}, {}, {}, build_traffic(*step.moved, cluster.group)};
  const std::vector<PatternKind> pattern = {PatternKind::all_to_all};
  return simulate(alone, cluster, weights, pattern, {}).front().timeline.end();
}

std::vector<Simulation> simulate(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step,
                                 std::span<const PatternKind> patterns, const SimulateOptions& options) {
  std::vector<Prepared> prepared;
  for (const PatternKind pattern : patterns)
    prepared.push_back(prepare(scenario, cluster, step.traffic, pattern, options.check));

  const EngineChoice choice = choose_engine(scenario);
  const EngineKind engine = choice.engine;
  std::vector<EngineJob> jobs;
  for (const Prepared& run : prepared) {
    const Seconds resolution = engine == EngineKind::fluid
                                   ? choice.resolution * least_duration(run.lowered, run.routes)
                                   : simgrid_resolution;
    jobs.push_back({scenario.name + " (" + std::string(name_of(run.pattern)) + ")", &run.lowered,
                    &cluster.topology, &run.routes, engine, resolution});
  }
  std::vector<Timeline> timelines = run_jobs(jobs, options.parallel);

  std::vector<Simulation> simulations;
  for (std::size_t i = 0; i < prepared.size(); ++i)
    simulations.push_back({prepared[i].pattern, std::move(prepared[i].lowered), std::move(prepared[i].routes),
                           std::move(timelines[i]), engine, jobs[i].resolution});
  return simulations;
}

}  // namespace epsim
