#include "sim/patterns/common.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace epsim {

StepId Appender::send(Rank source, Rank destination, std::int64_t copies, std::span<const Rectangle> payload,
                      std::span<const StepId> after, int lane) {
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

std::vector<StepId> joined(Schedule& schedule, PartId part, std::vector<StepId> steps) {
  if (steps.size() < 2) return steps;
  return {schedule.add_join(part, steps)};
}

StepLists ready_at_sources(Schedule& schedule, const Exchange& exchange, PartId part,
                           const DataSteps& ready) {
  if (exchange.phase() != Phase::combine) return ready.of_rank;
  StepLists of_rank(static_cast<std::size_t>(exchange.ranks()));
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    std::vector<StepId> steps;
    for (const int slot : exchange.slots_of(rank)) {
      const auto& of_slot = ready.of_slot[static_cast<std::size_t>(slot)];
      steps.insert(steps.end(), of_slot.begin(), of_slot.end());
    }
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    of_rank[static_cast<std::size_t>(rank)] = joined(schedule, part, std::move(steps));
  }
  return of_rank;
}

DataSteps collective_arrival(Schedule& schedule, const Exchange& exchange, PartId part,
                             const StepLists& steps_of_rank) {
  DataSteps arrived;
  if (exchange.phase() == Phase::combine)
    arrived.of_rank.resize(static_cast<std::size_t>(exchange.ranks()));
  else
    arrived.of_slot.resize(static_cast<std::size_t>(exchange.traffic().slots()));
  for (Rank rank = 0; rank < exchange.ranks(); ++rank) {
    const auto r = static_cast<std::size_t>(rank);
    const std::vector<StepId> done = joined(schedule, part, steps_of_rank[r]);
    if (exchange.phase() == Phase::combine) {
      arrived.of_rank[r] = done;
      continue;
    }
    for (const int slot : exchange.slots_of(rank)) arrived.of_slot[static_cast<std::size_t>(slot)] = done;
  }
  return arrived;
}

void note(StepLists& steps_of_rank, Rank source, Rank destination, StepId transfer) {
  steps_of_rank[static_cast<std::size_t>(source)].push_back(transfer);
  steps_of_rank[static_cast<std::size_t>(destination)].push_back(transfer);
}

std::vector<RankRange> ranges_of(std::span<const Rank> ranks, int group_size) {
  if (ranks.empty()) return {};
  const auto step_at = [&](std::size_t i) { return (ranks[i] - ranks[i - 1] + group_size) % group_size; };
  const int stride = ranks.size() > 1 ? step_at(1) : 1;
  bool is_progression = true;
  for (std::size_t i = 2; i < ranks.size(); ++i) is_progression = is_progression && step_at(i) == stride;
  if (is_progression) return {{ranks.front(), static_cast<int>(ranks.size()), stride}};
  std::vector<RankRange> ranges;
  for (const Rank rank : ranks) ranges.push_back(single(rank));
  return ranges;
}

}  // namespace epsim
