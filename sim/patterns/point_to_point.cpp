// point_to_point: one-sided messages, only where there is something to send, like DeepEP's low-latency
// kernels. No barrier: whoever receives waits for its own input alone.
#include <algorithm>
#include <cstddef>

#include "platforms/indexing.hpp"
#include "sim/patterns/common.hpp"
#include "sim/patterns/point_to_point.hpp"

namespace epsim {
namespace {

std::vector<OpId>& of(OpLists& lists, int index) {
  return lists[at(index)];
}
const std::vector<OpId>& of(const OpLists& lists, int index) {
  return lists[at(index)];
}
void append(std::vector<OpId>& ops, const std::vector<OpId>& more) {
  ops.insert(ops.end(), more.begin(), more.end());
}

std::size_t most_slots(const Exchange& exchange) {
  std::size_t most = 0;
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) most = std::max(most, exchange.slots_of(rank).size());
  return most;
}

OpId send_slot(Appender& appender, Rank source, Rank destination, int slot, std::int64_t copies,
               std::span<const OpId> after) {
  const Rectangle payload{single(source), single(destination), slot};
  return appender.send(source, destination, copies, {&payload, 1}, after);
}

/// One message per source and expert slot: the first slot of every rank, then the second, so that no expert
/// waits until its neighbours have everything. Returns what arrives at each slot.
OpLists dispatch_slots(Appender& appender, const DataOps& ready) {
  const Exchange& exchange = appender.exchange;
  const int ranks = exchange.ranks();
  const std::size_t most = most_slots(exchange);
  OpLists received(static_cast<std::size_t>(exchange.traffic().slots()));
  for (Rank source = 0; source < ranks; ++source) {
    for (std::size_t place = 0; place < most; ++place) {
      for (int distance = 1; distance < ranks; ++distance) {
        const Rank destination = (source + distance) % ranks;
        if (place >= exchange.slots_of(destination).size()) continue;
        const int slot = exchange.slots_of(destination)[place];
        const std::int64_t copies = exchange.slot_copies(source, slot);
        if (copies == 0) continue;
        of(received, slot)
            .push_back(send_slot(appender, source, destination, slot, copies, of(ready.of_rank, source)));
      }
    }
  }
  return received;
}

/// One unreduced message per expert slot and home, slot by slot as the device computes them. Returns what
/// arrives at each rank.
OpLists combine_slots(Appender& appender, const DataOps& ready) {
  const Exchange& exchange = appender.exchange;
  const int ranks = exchange.ranks();
  OpLists received(static_cast<std::size_t>(ranks));
  for (Rank far = 0; far < ranks; ++far) {
    for (const int slot : exchange.slots_of(far)) {
      for (int distance = 1; distance < ranks; ++distance) {
        const Rank home = (far + distance) % ranks;
        const std::int64_t copies = exchange.slot_copies(home, slot);
        if (copies == 0) continue;
        of(received, home).push_back(send_slot(appender, far, home, slot, copies, of(ready.of_slot, slot)));
      }
    }
  }
  return received;
}

/// One message per pair of ranks. Returns what arrives at each rank.
OpLists send_pairs(Appender& appender, const DataOps& ready) {
  const Exchange& exchange = appender.exchange;
  const int ranks = exchange.ranks();
  const OpLists ready_at = ready_at_sources(appender.schedule, exchange, appender.part, ready);
  OpLists received(static_cast<std::size_t>(ranks));
  for (Rank source = 0; source < ranks; ++source) {
    for (int distance = 1; distance < ranks; ++distance) {
      const Rank destination = (source + distance) % ranks;
      const std::int64_t copies = exchange.pair_copies(Deduplication::device, source, destination);
      if (copies == 0) continue;
      const Rectangle payload{single(source), single(destination)};
      of(received, destination)
          .push_back(appender.send(source, destination, copies, {&payload, 1}, of(ready_at, source)));
    }
  }
  return received;
}

OpLists shared_by_slots(const Exchange& exchange, const OpLists& of_rank) {
  OpLists of_slot(static_cast<std::size_t>(exchange.traffic().slots()));
  for (Rank rank = 0; rank < exchange.ranks(); ++rank)
    for (const int slot : exchange.slots_of(rank)) of(of_slot, slot) = of(of_rank, rank);
  return of_slot;
}

/// A slot that takes tokens of its own rank waits for its own gate too; so does one that receives nothing, so
/// that no expert runs before its device has entered the layer.
void add_own_tokens(OpLists& at_slot, const Exchange& exchange, const DataOps& ready) {
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    for (const int slot : exchange.slots_of(rank)) {
      std::vector<OpId>& ops = of(at_slot, slot);
      if (ops.empty() || exchange.slot_copies(rank, slot) > 0) append(ops, of(ready.of_rank, rank));
    }
  }
}

void add_own_outputs(OpLists& at_rank, const Exchange& exchange, const DataOps& ready) {
  for (Rank rank = 0; rank < exchange.ranks(); ++rank)
    for (const int slot : exchange.slots_of(rank))
      if (exchange.slot_copies(rank, slot) > 0) append(of(at_rank, rank), of(ready.of_slot, slot));
}

DataOps append_exchange(Schedule& schedule, const Exchange& exchange, const PatternOptions& options,
                        const DataOps& ready) {
  const bool by_slot =
      options.of<PointToPointOptions>().granularity == PointToPointOptions::Granularity::expert;
  Appender appender =
      begin_exchange(schedule, exchange, by_slot ? Deduplication::none : Deduplication::device, 1,
                     options.of<PointToPointOptions>().window);
  DataOps arrived;
  if (exchange.phase() == Phase::combine) {
    arrived.of_rank = by_slot ? combine_slots(appender, ready) : send_pairs(appender, ready);
    add_own_outputs(arrived.of_rank, exchange, ready);
  } else {
    arrived.of_slot =
        by_slot ? dispatch_slots(appender, ready) : shared_by_slots(exchange, send_pairs(appender, ready));
    add_own_tokens(arrived.of_slot, exchange, ready);
  }
  return arrived;
}

ExchangeShape shape(const PatternOptions& options) {
  return {ExchangeShape::Form::direct, options.of<PointToPointOptions>().window};
}

PatternSize size(const PatternOptions& options, const ExperimentSize& experiment) {
  const bool by_expert =
      options.of<PointToPointOptions>().granularity == PointToPointOptions::Granularity::expert;
  const bool is_routed = experiment.selections > 0;
  const double messages = by_expert && is_routed
                              ? std::min(experiment.pairs * experiment.slots, experiment.selections)
                              : experiment.pairs;
  return {.ops = messages, .routes = experiment.pairs};
}

}  // namespace

Pattern point_to_point() {
  return {"point_to_point",
          "one-sided messages: an expert starts when its own input is complete",
          {option<&PointToPointOptions::granularity>("granularity",
                                                     ChoiceOption{"a granularity", {"expert", "device"}}),
           window_option<&PointToPointOptions::window>()},
          append_exchange,
          shape,
          size};
}

}  // namespace epsim
