#include "sim/layer.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "platforms/indexing.hpp"
#include "sim/computation.hpp"
#include "sim/exchange.hpp"
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

/// What a rank contributes itself is there.
std::vector<OpId> own_readiness(const Exchange& exchange, const DataOps& ready, Rank rank) {
  if (exchange.phase() != Phase::combine) return ready.of_rank[at(rank)];
  std::vector<OpId> ops;
  for (const int slot : exchange.slots_of(rank)) {
    const std::vector<OpId>& of_slot = ready.of_slot[at(slot)];
    ops.insert(ops.end(), of_slot.begin(), of_slot.end());
  }
  std::ranges::sort(ops);
  ops.erase(std::unique(ops.begin(), ops.end()), ops.end());
  return ops;
}

/// When each device that sends or receives anything in the operations from `first` on enters the exchange:
/// when its first transfer could go; where that passes something on that arrives in this very exchange, when
/// what it has itself is there, since that is what launches a kernel.
void find_entries(LayerSchedule& layer, PartId part, OpId first, const Exchange& exchange,
                  const DataOps& ready) {
  const Schedule& schedule = layer.schedule;
  const Group& group = exchange.group();
  std::map<DeviceId, Rank> rank_of;
  for (Rank rank = 0; rank < group.size(); ++rank) rank_of[group.device(rank)] = rank;
  std::vector<bool> brings(schedule.size() - first);  // something arrives by it, or by what it joins
  const auto enter = [&](DeviceId device, std::vector<OpId> ops) {
    layer.entries.try_emplace({part, device}, std::move(ops));
  };
  std::vector<DeviceId> receivers;
  for (OpId op = first; op < schedule.size(); ++op) {
    const std::span<const OpId> after = schedule.after(op);
    const bool follows_arrival = std::ranges::any_of(
        after, [&](OpId followed) { return followed >= first && brings[followed - first]; });
    brings[op - first] = schedule.kind(op) == OpKind::transfer || follows_arrival;
    if (schedule.kind(op) != OpKind::transfer) continue;
    receivers.push_back(schedule.peer(op));
    const DeviceId sender = schedule.device(op);
    if (layer.entries.contains({part, sender})) continue;
    enter(sender, follows_arrival ? own_readiness(exchange, ready, rank_of[sender])
                                  : std::vector<OpId>(after.begin(), after.end()));
  }
  for (const DeviceId device : receivers)
    if (!layer.entries.contains({part, device}))
      enter(device, own_readiness(exchange, ready, rank_of[device]));
}

/// The exchange takes the transport's least duration on every device that takes part in it: a computation on
/// a lane of its own, from when the device enters it, which its arrival waits for.
void add_least_duration(LayerSchedule& layer, PartId part, const Exchange& exchange, Seconds seconds,
                        DataOps& arrived) {
  constexpr int lane = 2;  // beside the two that patterns send on
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    const DeviceId device = exchange.group().device(rank);
    const auto entry = layer.entries.find({part, device});
    if (entry == layer.entries.end()) continue;
    const StreamId stream = layer.schedule.stream(device, StreamKind::scale_up, lane);
    const OpId least =
        layer.schedule.add_computation(part, stream, seconds, entry->second, -1, Work::least_duration);
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
  find_entries(layer, part, first, exchange, ready);
  const Transport& transport = scenario.transport_of(kind);
  const Seconds least =
      exchange.phase() == Phase::combine ? transport.least_combine : transport.least_dispatch;
  if (least > 0) add_least_duration(layer, part, exchange, least, arrived);
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
