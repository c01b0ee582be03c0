// What the pattern generators share.
#pragma once

#include <span>
#include <vector>

#include "sim/patterns/pattern.hpp"

namespace epsim {

/// One exchange while a pattern appends it: what all its transfers share.
struct Appender {
  Schedule& schedule;
  const Exchange& exchange;
  PartId part;
  int window;  ///< of the sending streams

  /// Sends copies > 0 on the sender's stream for that pair, which follows the operations `after`.
  OpId send(Rank source, Rank destination, std::int64_t copies, std::span<const Rectangle> payload,
            std::span<const OpId> after, int lane = 0);
};

/// Begins the exchange: adds its part.
[[nodiscard]] Appender begin_exchange(Schedule& schedule, const Exchange& exchange, Deduplication deduplicate,
                                      int chunks, int window);

/// The stream on which `source` sends to `destination`: scale_up inside a node, scale_out between nodes.
[[nodiscard]] StreamId sending_stream(Schedule& schedule, const Group& group, Rank source, Rank destination,
                                      int window, int lane = 0);

/// The operations themselves where there are fewer than two, else one join over them.
[[nodiscard]] std::vector<OpId> joined(Schedule& schedule, PartId part, std::vector<OpId> ops);

/// Per source rank, the operations after which everything it contributes is ready: in dispatch ready.of_rank,
/// in combine one join over the rank's slots (or the operations themselves where there is just one).
[[nodiscard]] OpLists ready_at_sources(Schedule& schedule, const Exchange& exchange, PartId part,
                                       const DataOps& ready);

/// The end of a collective: rank r's data has arrived when its own operations in `ops_of_rank` (its
/// readiness, its sends and its receives) have finished. Joined, then given to the rank (combine) or to all
/// its slots (dispatch).
[[nodiscard]] DataOps collective_arrival(Schedule& schedule, const Exchange& exchange, PartId part,
                                         const OpLists& ops_of_rank);

/// Notes a transfer among the own operations of its two ranks.
void note(OpLists& ops_of_rank, Rank source, Rank destination, OpId transfer);

/// {rank} as a range.
[[nodiscard]] inline RankRange single(Rank rank) {
  return {rank, 1, 1};
}

/// One range for a list of ranks that is an arithmetic progression modulo `group_size`, else one per rank.
[[nodiscard]] std::vector<RankRange> ranges_of(std::span<const Rank> ranks, int group_size);

}  // namespace epsim
