#include "analysis/estimate/estimate.hpp"

#include <algorithm>
#include <utility>

#include "analysis/estimate/exchange_estimate.hpp"
#include "platforms/indexing.hpp"
#include "sim/exchange.hpp"
#include "sim/layer.hpp"
#include "sim/lowering.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using Times = std::vector<Seconds>;  // by device

/// One pattern's layer while it is estimated.
struct Estimation {
  const Scenario& scenario;
  const Cluster& cluster;
  PatternKind pattern;
  const Schedule& schedule;
  const PartEntries& entries;
  NetworkCost network;
  StartUps start_ups = {schedule, network.transport};
};

ExchangeShape shape_of(const Estimation& layer) {
  return pattern(layer.pattern).shape(layer.scenario.patterns);
}

/// The transfers of a phase, with all that they load, over both fabrics or one.
std::vector<Transfer> transfers_of(const Estimation& layer, Phase phase,
                                   std::optional<StreamKind> fabric = std::nullopt) {
  const Schedule& schedule = layer.schedule;
  const Bytes half_size = layer.network.transport.half_size;
  std::vector<Transfer> transfers;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer || schedule.phase(op) != phase) continue;
    if (fabric && schedule.streams()[schedule.stream_of(op)].kind != *fabric) continue;
    transfers.push_back({schedule.device(op), schedule.peer(op), schedule.bytes(op) + half_size});
  }
  return transfers;
}

/// Per device, the sum of a phase's computations.
Times computations_of(const Estimation& layer, Phase phase) {
  Times sums(at(layer.cluster.topology.device_count()));
  for (OpId op = 0; op < layer.schedule.size(); ++op)
    if (layer.schedule.kind(op) == OpKind::computation && layer.schedule.phase(op) == phase)
      sums[at(layer.schedule.device(op))] += layer.schedule.seconds(op);
  return sums;
}

Times transfers_done(const Estimation& layer, Phase phase, const Times& ready) {
  const auto [form, window] = shape_of(layer);
  const bool has_stages = form == ExchangeShape::Form::two_stages && layer.cluster.group.node_count() > 1;
  if (!has_stages) return direct_done(layer.network, transfers_of(layer, phase), window, ready);
  const auto inside = transfers_of(layer, phase, StreamKind::scale_up);
  const auto between = transfers_of(layer, phase, StreamKind::scale_out);
  return phase == Phase::dispatch ? staged_done(layer.network, between, inside, window, ready)
                                  : staged_done(layer.network, inside, between, window, ready);
}

/// When each device that takes part has started up.
Times started_up(const Estimation& layer, Phase phase, Times ready) {
  std::vector<char> has_started(ready.size());
  for (OpId op = 0; op < layer.schedule.size(); ++op) {
    if (layer.schedule.kind(op) != OpKind::transfer || layer.schedule.phase(op) != phase) continue;
    for (const DeviceId device : {layer.schedule.device(op), layer.schedule.peer(op)})
      if (!std::exchange(has_started[at(device)], true))
        ready[at(device)] += layer.start_ups.of(layer.schedule.part_of(op), device);
  }
  return ready;
}

Seconds least_after_start_up(const Estimation& layer, Phase phase) {
  const Transport& transport = layer.network.transport;
  return phase == Phase::dispatch ? transport.least_dispatch : transport.least_combine;
}

Times exchange_done(const Estimation& layer, Phase phase, const Times& ready) {
  const Times started = started_up(layer, phase, ready);
  Times done = transfers_done(layer, phase, started);
  const Seconds least = least_after_start_up(layer, phase);
  for (std::size_t d = 0; d < done.size(); ++d)
    if (done[d] > ready[d]) done[d] = std::max(done[d], started[d] + least);
  return done;
}

Seconds latest(const Times& times) {
  return times.empty() ? 0 : *std::max_element(times.begin(), times.end());
}

void add(Times& times, const Times& more) {
  for (std::size_t d = 0; d < times.size(); ++d) times[d] += more[d];
}

/// What an exchange that everybody is ready for takes at least.
Seconds least_duration_of(const Estimation& layer, Phase phase) {
  const Times none(at(layer.cluster.topology.device_count()));
  return latest(started_up(layer, phase, none)) + least_after_start_up(layer, phase);
}

/// A schedule of one exchange that everybody is ready for; no shorter than the transport's least duration.
Seconds rounds_alone(const Estimation& layer, const Traffic& traffic, Phase phase) {
  Schedule schedule;
  const Exchange exchange(traffic, layer.cluster.group, phase);
  const DataOps ready{OpLists(static_cast<std::size_t>(traffic.ranks())),
                      OpLists(static_cast<std::size_t>(traffic.slots()))};
  static_cast<void>(pattern(layer.pattern).append(schedule, exchange, layer.scenario.patterns, ready));
  const Seconds rounds = latest(longest_path(layer.network, schedule, {}));
  return rounds > 0 ? std::max(rounds, least_duration_of(layer, phase)) : 0;
}

PatternEstimate estimate_pattern(const Estimation& layer, const Traffic& traffic) {
  PatternEstimate result{.pattern = layer.pattern};
  const Times none(at(layer.cluster.topology.device_count()));
  const Times gates = computations_of(layer, Phase::gate);
  const Times experts = computations_of(layer, Phase::expert);
  result.expert = latest(experts);
  const bool in_rounds = shape_of(layer).form == ExchangeShape::Form::rounds;
  const auto alone = [&](Phase phase) {
    return in_rounds ? rounds_alone(layer, traffic, phase) : latest(exchange_done(layer, phase, none));
  };
  result.dispatch = alone(Phase::dispatch);
  result.combine = traffic.has_combine() ? alone(Phase::combine) : 0;
  for (OpId op = 0; op < layer.schedule.size(); ++op)
    if (layer.schedule.kind(op) == OpKind::transfer) ++result.messages;
  if (layer.scenario.barriers || !traffic.has_combine()) {
    result.layer = latest(gates) + result.dispatch + result.expert + result.combine;
  } else if (in_rounds) {
    result.layer = latest(longest_path(layer.network, layer.schedule, layer.entries));
  } else {
    Times times = exchange_done(layer, Phase::dispatch, gates);
    add(times, experts);
    result.layer = latest(exchange_done(layer, Phase::combine, times));
  }
  return result;
}

}  // namespace

EstimatedStep route_last_step(const Scenario& scenario) {
  EstimatedStep last{build_cluster(scenario), {}};
  RouterState state;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    last.step = route_step(scenario, last.cluster, state);
    if (last.step.routed) state = last.step.routed->next;
  }
  return last;
}

LayerEstimate estimate_layer(const Scenario& scenario, const Cluster& cluster, const RoutedStep& step,
                             std::span<const PatternKind> patterns) {
  LayerEstimate estimate{lower_bounds(scenario, cluster, step), {}};
  for (const PatternKind pattern : patterns) {
    const LayerSchedule layer = build_layer(scenario, pattern, cluster.group, step.traffic);
    const Schedule& schedule = layer.schedule;
    const Transport& transport = scenario.transport_of(pattern);
    const Routes routes = routes_of(schedule, transport, cluster.topology);
    estimate.patterns.push_back(estimate_pattern(
        {scenario,
         cluster,
         pattern,
         schedule,
         layer.entries,
         {cluster.topology, transport, routes, achieved_bandwidth(cluster.topology, transport)}},
        step.traffic));
  }
  return estimate;
}

}  // namespace epsim
