#include "tests/unit/analysis_fixture.hpp"
#include "tests/support/platforms.hpp"

#include <initializer_list>

namespace epsim {
namespace {

struct Times {
  Seconds ready;
  Seconds started;
  Seconds finished;
  Release release = Release::start;
  OpId released_by = no_op;
};

Timeline timeline_of(std::initializer_list<Times> times) {
  Timeline timeline(static_cast<OpId>(times.size()));
  std::size_t step = 0;
  for (const Times& one : times) {
    timeline.ready()[step] = one.ready;
    timeline.started()[step] = one.started;
    timeline.finished()[step] = one.finished;
    timeline.release()[step] = one.release;
    timeline.released_by()[step] = one.released_by;
    ++step;
  }
  return timeline;
}

Schedule slow_schedule() {
  Schedule schedule;
  const PartId gate = schedule.add_part({.phase = Phase::gate});
  const PartId dispatch = schedule.add_part({.phase = Phase::dispatch});
  const PartId expert = schedule.add_part({.phase = Phase::expert});
  const PartId combine = schedule.add_part({.phase = Phase::combine});
  const auto compute = [&](DeviceId d) { return schedule.stream(d, StreamKind::compute); };
  const auto up = [&](DeviceId d) { return schedule.stream(d, StreamKind::scale_up); };
  const auto out = [&](DeviceId d) { return schedule.stream(d, StreamKind::scale_out); };
  const auto to_slot = [](std::int32_t slot) { return std::vector<Rectangle>{{.slot = slot}}; };
  const OpId gated = schedule.add_computation(gate, compute(0), 1, {});
  schedule.add_join(combine, {});
  const std::vector<OpId> after_gate = {gated};
  const OpId near = schedule.add_transfer(dispatch, up(0), 1, 100, to_slot(1), after_gate);
  schedule.add_computation(dispatch, out(0), 0.25, after_gate, -1, Work::message_overhead);
  const OpId far = schedule.add_transfer(dispatch, out(0), 2, 40, to_slot(2), after_gate);
  const std::vector<OpId> near_there = {near};
  const std::vector<OpId> far_there = {far};
  const std::vector<OpId> near_done = {schedule.add_computation(expert, compute(1), 2, near_there, 1)};
  const std::vector<OpId> far_done = {schedule.add_computation(expert, compute(2), 1, far_there, 2)};
  schedule.add_transfer(combine, up(1), 0, 200, to_slot(1), near_done);
  schedule.add_transfer(combine, out(2), 0, 80, to_slot(2), far_done);
  return schedule;
}

std::vector<BytesPerSecond> bandwidths(const Topology& topology) {
  std::vector<BytesPerSecond> bandwidth;
  for (const Link& link : topology.links()) bandwidth.push_back(link.bandwidth);
  return bandwidth;
}

}  // namespace

Cluster slow_cluster() {
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 2;
  spec["scale_up_bandwidth"] = 100;
  spec["scale_up_latency"] = 0.25;
  spec["nic_bandwidth"] = 10;
  spec["nic_latency"] = 0.5;
  spec["leaf_spine_latency"] = 0.25;
  spec["nodes_per_unit"] = 2;
  spec["spines"] = 1;
  Topology topology = build_topology({.topology = spec});
  Group group = make_group(topology, 4);
  return {std::move(topology), std::move(group)};
}

Scenario slow_scenario() {
  Scenario scenario;
  scenario.name = "slow, \"by hand\"";
  scenario.expert_parallel.num_experts = 4;
  scenario.expert_parallel.experts_per_device = 1;
  scenario.expert_parallel.routing_strategy = RoutingStrategy::random;
  scenario.workload.tokens_per_device = {2, 1, 0, 1};
  scenario.payload.dispatch_bytes_per_copy = 10;
  scenario.payload.combine_bytes_per_copy = 20;
  return scenario;
}

RoutedStep slow_step(const Cluster& cluster) {
  const Scenario scenario = slow_scenario();
  RoutedTokens routed;
  routed.routing = {
      4, 2, {0, 2, 3, 3, 4}, {1, 2, 2, 3, 1, dropped_selection, 0, 1}, std::vector<float>(8, 0.5F), {}};
  routed.report = {{1, 3, 2, 1}, 8, 1, 0, std::nullopt, 3};
  const ExpertPlacement placement{1, {0, 1, 2, 3}};
  std::vector<std::int32_t> slots = routed.routing.expert;  // expert e in slot e
  Traffic traffic = build_traffic(routed.routing, slots, placement, cluster.group, scenario.payload);
  return {std::move(routed), placement, std::move(slots), std::move(traffic)};
}

Simulation slow_simulation(const Cluster& cluster) {
  return {PatternKind::point_to_point,
          {slow_schedule(), bandwidths(cluster.topology)},
          Routes(cluster.topology, {{0, 1}, {0, 2}, {1, 0}, {2, 0}}),
          timeline_of({{0, 0, 1},
                       {0, 0, 0},
                       {1, 1.5, 3, Release::dependency, 0},
                       {1, 1, 1.25, Release::dependency, 0},
                       {1, 1.25, 6, Release::turn, 3},
                       {3, 3, 5, Release::dependency, 2},
                       {6, 6, 7, Release::dependency, 4},
                       {5, 5, 8, Release::dependency, 5},
                       {7, 7, 16, Release::dependency, 6}})};
}

LowerBounds slow_bounds() {
  return {.dispatch = 2, .combine = 6, .gate = 1, .expert = 2, .layer = 9};
}

ExperimentResult slow_experiment() {
  ExperimentResult experiment{slow_scenario(), slow_cluster(), {PatternKind::point_to_point}};
  experiment.last_step = slow_step(experiment.cluster);
  experiment.simulations.push_back(slow_simulation(experiment.cluster));
  experiment.summaries.push_back(
      {summarize_load(experiment.last_step),
       {summarize(experiment.cluster, slow_bounds(), experiment.simulations.front())}});
  experiment.blames.push_back(blame(experiment.cluster, experiment.simulations.front()));
  experiment.steps.push_back({{experiment.summaries.front().layers.front().layer_seconds}});
  experiment.wall_seconds = 0.5;
  return experiment;
}

ExperimentResult network_experiment() {
  Topology star = build_topology({.topology = star_of(2, 10, 1)});
  Group group = make_group(star, 2);
  Scenario scenario;
  scenario.name = "two devices";
  scenario.direct_traffic = Matrix<Bytes>(2, 2);
  (*scenario.direct_traffic)(0, 1) = 50;
  ExperimentResult experiment{
      scenario, {std::move(star), std::move(group)}, {PatternKind::all_to_all, PatternKind::ring}};
  experiment.last_step.traffic = build_traffic(*scenario.direct_traffic, experiment.cluster.group);
  ExperimentStep& times = experiment.steps.emplace_back();
  StepSummary& summary = experiment.summaries.emplace_back();
  for (const PatternKind kind : experiment.patterns) {
    Schedule schedule;
    const PartId part = schedule.add_part({.phase = Phase::dispatch});
    const std::vector<Rectangle> payload = {{.slot = 1}};
    schedule.add_transfer(part, schedule.stream(0, StreamKind::scale_up), 1, 50, payload, {});
    experiment.simulations.push_back({kind,
                                      {std::move(schedule), bandwidths(experiment.cluster.topology)},
                                      Routes(experiment.cluster.topology, {{0, 1}}),
                                      timeline_of({{0, 0, 7}})});
    const LowerBounds bounds = lower_bounds(scenario, experiment.cluster, experiment.last_step);
    summary.layers.push_back(summarize(experiment.cluster, bounds, experiment.simulations.back()));
    experiment.blames.push_back(blame(experiment.cluster, experiment.simulations.back()));
    times.layer_seconds.push_back(summary.layers.back().layer_seconds);
  }
  return experiment;
}

void set_layer(ExperimentResult& experiment, std::size_t step, std::size_t pattern, Seconds seconds) {
  experiment.summaries[step].layers[pattern].layer_seconds = seconds;
  experiment.steps[step].layer_seconds[pattern] = seconds;
}

void put_before(ExperimentResult& experiment, std::size_t count) {
  experiment.steps.insert(experiment.steps.begin(), count, ExperimentStep(experiment.steps.front()));
  experiment.summaries.insert(experiment.summaries.begin(), count, StepSummary(experiment.summaries.front()));
}

void skip_network(ExperimentResult& experiment, std::size_t step) {
  experiment.summaries[step].layers.clear();
  experiment.steps[step].layer_seconds.clear();
}

}  // namespace epsim
