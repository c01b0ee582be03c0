#include "sim/layer.hpp"

#include "platforms/indexing.hpp"
#include "sim/computation.hpp"
#include "sim/exchange.hpp"
#include "sim/patterns/common.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// One join over all lists, then given to every one of `count` receivers.
OpLists barrier(Schedule& schedule, PartId part, const OpLists& lists, std::size_t count) {
  std::vector<OpId> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return OpLists(count, {schedule.add_join(part, all)});
}

OpLists add_gates(Schedule& schedule, const Scenario& scenario, const Group& group, const Traffic& traffic) {
  const PartId part = schedule.add_part({.phase = Phase::gate});
  OpLists gated(static_cast<std::size_t>(group.size()));
  for (Rank rank = 0; rank < group.size(); ++rank) {
    const auto r = at(rank);
    const Seconds seconds = gate_seconds(scenario, traffic.home_tokens[r]);
    if (seconds <= 0) continue;
    const StreamId stream = schedule.stream(group.device(rank), StreamKind::compute);
    gated[r] = {schedule.add_computation(part, stream, seconds, {})};
  }
  return scenario.barriers ? barrier(schedule, part, gated, gated.size()) : gated;
}

OpLists add_experts(Schedule& schedule, const Scenario& scenario, const Group& group, const Traffic& traffic,
                    const OpLists& arrived) {
  const PartId part = schedule.add_part({.phase = Phase::expert});
  OpLists computed = arrived;
  for (int slot = 0; slot < traffic.slots(); ++slot) {
    const auto s = at(slot);
    std::int64_t tokens = 0;
    for (Rank home = 0; home < group.size(); ++home) tokens += traffic.selections(home, slot);
    if (tokens == 0) continue;
    const StreamId stream = schedule.stream(group.device(traffic.rank_of_slot[s]), StreamKind::compute);
    computed[s] = {
        schedule.add_computation(part, stream, expert_seconds(scenario, tokens), arrived[s], slot)};
  }
  return scenario.barriers ? barrier(schedule, part, computed, computed.size()) : computed;
}

/// Of the ranks whose devices send or receive anything in the operations from `first` on.
std::vector<bool> taking_part(const Schedule& schedule, const Group& group, OpId first) {
  std::vector<Rank> rank_of_device;
  for (Rank rank = 0; rank < group.size(); ++rank) {
    const auto device = at(group.device(rank));
    if (device >= rank_of_device.size()) rank_of_device.resize(device + 1);
    rank_of_device[device] = rank;
  }
  std::vector<bool> takes_part(at(group.size()));
  for (OpId op = first; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    for (const DeviceId device : {schedule.device(op), schedule.peer(op)})
      takes_part[at(rank_of_device[at(device)])] = true;
  }
  return takes_part;
}

/// The exchange takes the transport's least duration on every device that takes part in it: a computation on
/// a lane of its own, which its arrival waits for.
void add_least_duration(Schedule& schedule, PartId part, OpId first, const Exchange& exchange,
                        Seconds seconds, const OpLists& ready, DataOps& arrived) {
  constexpr int lane = 2;  // beside the two that patterns send on
  const std::vector<bool> takes_part = taking_part(schedule, exchange.group(), first);
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    if (!takes_part[at(rank)]) continue;
    const StreamId stream = schedule.stream(exchange.group().device(rank), StreamKind::scale_up, lane);
    const OpId least = schedule.add_computation(part, stream, seconds, ready[at(rank)]);
    if (exchange.phase() == Phase::combine)
      arrived.of_rank[at(rank)].push_back(least);
    else
      for (const int slot : exchange.slots_of(rank)) arrived.of_slot[at(slot)].push_back(least);
  }
}

/// Appends one exchange and records what it promises.
DataOps add_exchange(LayerSchedule& layer, const Scenario& scenario, PatternKind kind,
                     const Exchange& exchange, DataOps ready) {
  const auto part = static_cast<PartId>(layer.schedule.parts().size());
  const OpId first = layer.schedule.size();
  DataOps arrived = pattern(kind).append(layer.schedule, exchange, scenario.patterns, ready);
  const Transport& transport = scenario.transport_of(kind);
  const Seconds least =
      exchange.phase() == Phase::combine ? transport.least_combine : transport.least_dispatch;
  if (least > 0)
    add_least_duration(layer.schedule, part, first, exchange, least,
                       ready_at_sources(layer.schedule, exchange, part, ready), arrived);
  layer.exchanges.push_back({part, std::move(ready), arrived});
  return arrived;
}

}  // namespace

LayerSchedule build_layer(const Scenario& scenario, PatternKind kind, const Group& group,
                          const Traffic& traffic) {
  LayerSchedule layer;
  const auto ranks = at(group.size());
  DataOps ready{OpLists(ranks), {}};
  if (traffic.has_combine()) ready.of_rank = add_gates(layer.schedule, scenario, group, traffic);
  DataOps arrived =
      add_exchange(layer, scenario, kind, Exchange(traffic, group, Phase::dispatch), std::move(ready));
  if (!traffic.has_combine()) return layer;

  const auto dispatch = layer.exchanges.front().part;
  if (scenario.barriers)
    arrived.of_slot = barrier(layer.schedule, dispatch, arrived.of_slot, arrived.of_slot.size());
  DataOps computed{{}, add_experts(layer.schedule, scenario, group, traffic, arrived.of_slot)};
  add_exchange(layer, scenario, kind, Exchange(traffic, group, Phase::combine), std::move(computed));
  return layer;
}

}  // namespace epsim
