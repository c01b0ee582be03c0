#include "sim/simulate.hpp"

#include <utility>

#include "sim/check_schedule.hpp"

namespace epsim {
namespace {

/// The device pairs that the schedule's transfers use; routes exist only for these.
std::vector<std::pair<DeviceId, DeviceId>> used_pairs(const Schedule& schedule) {
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (StepId step = 0; step < schedule.size(); ++step)
    if (schedule.kind(step) == StepKind::transfer)
      pairs.emplace_back(schedule.device(step), schedule.peer(step));
  return pairs;
}

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
  Routes routes(cluster.topology, used_pairs(lowered.schedule));
  return {pattern, std::move(lowered), std::move(routes)};
}

}  // namespace

Cluster build_cluster(const Scenario& scenario) {
  Topology topology = build_topology(scenario.platform);
  Group group = make_group(topology, scenario.ranks());
  return {std::move(topology), std::move(group)};
}

RoutedStep route_step(const Scenario& scenario, const Cluster& cluster, const RouterState& state) {
  if (scenario.direct_traffic) return {{}, {}, build_traffic(*scenario.direct_traffic, cluster.group)};
  RoutedTokens routed = route(scenario, state);
  ExpertPlacement placement = place_experts(scenario.expert_parallel);
  Traffic traffic = build_traffic(routed.routing, placement, cluster.group, scenario.payload);
  return {std::move(routed), std::move(placement), std::move(traffic)};
}

std::vector<Simulation> simulate(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step,
                                 std::span<const PatternKind> patterns, const SimulateOptions& options) {
  std::vector<Prepared> prepared;
  for (const PatternKind pattern : patterns)
    prepared.push_back(prepare(scenario, cluster, step.traffic, pattern, options.check));

  std::vector<EngineJob> jobs;
  for (const Prepared& run : prepared)
    jobs.push_back({scenario.name + " (" + std::string(name_of(run.pattern)) + ")", &run.lowered,
                    &cluster.topology, &run.routes, scenario.resolution});
  std::vector<Timeline> timelines = run_jobs(jobs, options.parallel);

  std::vector<Simulation> simulations;
  for (std::size_t i = 0; i < prepared.size(); ++i)
    simulations.push_back({prepared[i].pattern, std::move(prepared[i].lowered), std::move(prepared[i].routes),
                           std::move(timelines[i])});
  return simulations;
}

}  // namespace epsim
