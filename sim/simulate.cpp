#include "sim/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platforms/units.hpp"
#include "sim/check_schedule.hpp"
#include "sim/choose_engine.hpp"
#include "sim/engine/least_duration.hpp"
#include "sim/experiment_size.hpp"
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

/// What users will want to know before they wait.
void give_notice(const Scenario& scenario, EngineChoice choice, std::span<const PatternKind> patterns,
                 const SimulateOptions& options) {
  constexpr Seconds long_wait = 15;
  if (!options.notice) return;
  Seconds sum = 0;
  Seconds longest = 0;
  for (const PatternKind pattern : patterns) {
    const Seconds one = engine_seconds(choice.engine, choice.resolution, engine_load(scenario, pattern));
    sum += one;
    longest = std::max(longest, one);
  }
  const std::string wait = format_duration(std::max(longest, sum / std::max(1, options.parallel)));
  const bool is_long = std::max(longest, sum / std::max(1, options.parallel)) > long_wait;
  const bool is_fluid = choice.engine == EngineKind::fluid;
  if (scenario.engine == EngineKind::automatic)
    options.notice(
        fmt::format("engine {}{}: about {}{}", name_of(choice.engine), is_fluid ? ", exact" : "", wait,
                    is_fluid && is_long ? "; --engine fluid is faster, within its allowance" : ""));
  else if (is_long)
    options.notice(fmt::format("engine {} needs about {} for this{}", name_of(choice.engine), wait,
                               is_fluid ? "" : "; --engine fluid is faster"));
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
  give_notice(scenario, choice, patterns, options);
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
