#include "sim/patterns/common.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace epsim {

OpId Appender::send(Rank source, Rank destination, std::int64_t copies, std::span<const Rectangle> payload,
                    std::span<const OpId> after, int lane) {
  const Group& group = exchange.group();
  const StreamId stream = sending_stream(schedule, group, source, destination, window, lane);
  return schedule.add_transfer(part, stream, group.device(destination), copies * exchange.bytes_per_copy(),
                               payload, after);
}

Appender begin_exchange(Schedule& schedule, const Exchange& exchange, Deduplication deduplicate, int chunks,
                        int window) {
  const PartId part = schedule.add_part({exchange.phase(), deduplicate, chunks});
  return {schedule, exchange, part, window};
}

StreamId sending_stream(Schedule& schedule, const Group& group, Rank source, Rank destination, int window,
                        int lane) {
  const StreamKind kind = group.same_node(source, destination) ? StreamKind::scale_up : StreamKind::scale_out;
  return schedule.stream(group.device(source), kind, lane, window);
}

std::vector<OpId> joined(Schedule& schedule, PartId part, std::vector<OpId> ops) {
  if (ops.size() < 2) return ops;
  return {schedule.add_join(part, ops)};
}

OpLists ready_at_sources(Schedule& schedule, const Exchange& exchange, PartId part, const DataOps& ready) {
  if (exchange.phase() != Phase::combine) return ready.of_rank;
  OpLists of_rank(static_cast<std::size_t>(exchange.ranks()));
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    std::vector<OpId> ops;
    for (const int slot : exchange.slots_of(rank)) {
      const auto& of_slot = ready.of_slot[at(slot)];
      ops.insert(ops.end(), of_slot.begin(), of_slot.end());
    }
    std::sort(ops.begin(), ops.end());
    ops.erase(std::unique(ops.begin(), ops.end()), ops.end());
    of_rank[at(rank)] = joined(schedule, part, std::move(ops));
  }
  return of_rank;
}

DataOps collective_arrival(Schedule& schedule, const Exchange& exchange, PartId part,
                           const OpLists& ops_of_rank) {
  DataOps arrived;
  if (exchange.phase() == Phase::combine)
    arrived.of_rank.resize(static_cast<std::size_t>(exchange.ranks()));
  else
    arrived.of_slot.resize(static_cast<std::size_t>(exchange.traffic().slots()));
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    const auto r = at(rank);
    const std::vector<OpId> done = joined(schedule, part, ops_of_rank[r]);
    if (exchange.phase() == Phase::combine) {
      arrived.of_rank[r] = done;
      continue;
    }
    for (const int slot : exchange.slots_of(rank)) arrived.of_slot[at(slot)] = done;
  }
  return arrived;
}

void note(OpLists& ops_of_rank, Rank source, Rank destination, OpId transfer) {
  ops_of_rank[at(source)].push_back(transfer);
  ops_of_rank[at(destination)].push_back(transfer);
}

std::vector<RankRange> ranges_of(std::span<const Rank> ranks, int group_size) {
  if (ranks.empty()) return {};
  const auto stride_at = [&](std::size_t i) { return (ranks[i] - ranks[i - 1] + group_size) % group_size; };
  const int stride = ranks.size() > 1 ? stride_at(1) : 1;
  bool is_progression = true;
  for (std::size_t i = 2; i < ranks.size(); ++i) is_progression = is_progression && stride_at(i) == stride;
  if (is_progression) return {{ranks.front(), static_cast<int>(ranks.size()), stride}};
  std::vector<RankRange> ranges;
  for (const Rank rank : ranks) ranges.push_back(single(rank));
  return ranges;
}

}  // namespace epsim
