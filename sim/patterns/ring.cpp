// ring: every block travels around a ring of the ranks, node by node, so that devices of a node are
// neighbours. At each hop a device passes on what is not yet home. Both ways round, a block takes the shorter
// one; at distance N/2 half goes each way (chunk 0 upwards, chunk 1 downwards).
#include <algorithm>
#include <cstddef>

#include "platforms/indexing.hpp"
#include "sim/patterns/common.hpp"
#include "sim/patterns/ring.hpp"

namespace epsim {
namespace {

/// One way round. Blocks whose destination is up to `reach` ranks away travel whole; one rank further, just
/// the chunk `half` of them does, where it is >= 0.
struct Way {
  int sign = 1;
  int lane = 0;
  int reach = 0;
  int half = -1;

  [[nodiscard]] int last_hop() const { return half >= 0 ? reach + 1 : reach; }
};

/// The ranks node by node; with ranks dealt to nodes one after the other that is their own order.
class RingOrder {
 public:
  explicit RingOrder(const Group& group) : rank_at_(group.ranks_by_node()), place_(rank_at_.size()) {
    for (std::size_t place = 0; place < rank_at_.size(); ++place)
      place_[at(rank_at_[place])] = static_cast<int>(place);
    find_runs();
  }

  /// The rank that many places further.
  [[nodiscard]] Rank away(Rank rank, int places) const {
    const int ranks = static_cast<int>(rank_at_.size());
    return rank_at_[at((place_[at(rank)] + places % ranks + ranks) % ranks)];
  }

  /// Calls `add` with ranges that hold the ranks of `count` places from that of `first` on.
  template <class Add>
  void for_ranges(Rank first, int count, const Add& add) const {
    while (count > 0) {
      const Run& run = runs_[at(place_[at(first)])];
      const int taken = std::min(count, run.length);
      add(RankRange{first, taken, run.stride});
      first = away(first, taken);
      count -= taken;
    }
  }

 private:
  /// From a place on, ranks that differ by the same modulo their number.
  struct Run {
    int length = 1;
    int stride = 1;
  };

  void find_runs() {
    const auto ranks = static_cast<int>(rank_at_.size());
    runs_.resize(rank_at_.size());
    for (int step = 2 * ranks - 1; step >= 0; --step) {  // twice around: runs go on beyond the last place
      const auto here = at(step % ranks);
      const auto next = at((step + 1) % ranks);
      const int stride = (rank_at_[next] - rank_at_[here] + ranks) % ranks;
      const bool goes_on = stride == runs_[next].stride;
      runs_[here] = {std::min(ranks, goes_on ? runs_[next].length + 1 : 2), stride};
    }
  }

  std::vector<Rank> rank_at_;
  std::vector<int> place_;
  std::vector<Run> runs_;
};

class RingWay {
 public:
  RingWay(Appender& appender, const RingOrder& order, Part part, Way way)
      : appender_(appender), order_(order), part_(part), way_(way) {
    const auto ranks = at(appender.exchange.ranks());
    travelling_.assign(ranks, 0);
    for (Rank origin = 0; origin < appender.exchange.ranks(); ++origin)
      for (int distance = 1; distance <= way.last_hop(); ++distance)
        travelling_[at(origin)] += copies_at(origin, distance);
  }

  void append(const OpLists& ready, OpLists& ops_of_rank) {
    previous_ = ready;
    for (int hop = 1; hop <= way_.last_hop(); ++hop) {
      for (Rank rank = 0; rank < appender_.exchange.ranks(); ++rank) {
        const Rank origin = away(rank, 1 - hop);
        const auto o = at(origin);
        if (travelling_[o] == 0) continue;
        const OpId sent = pass_on(origin, rank, hop);
        previous_[o] = {sent};
        note(ops_of_rank, rank, away(rank, 1), sent);
        travelling_[o] -= copies_at(origin, hop);
      }
    }
  }

 private:
  /// The rank that many places further this way round.
  [[nodiscard]] Rank away(Rank rank, int places) const { return order_.away(rank, way_.sign * places); }

  [[nodiscard]] std::int64_t copies_at(Rank origin, int distance) const {
    const ChunkRange chunks = distance <= way_.reach ? ChunkRange{0, part_.chunks, part_.chunks}
                                                     : ChunkRange{way_.half, way_.half + 1, part_.chunks};
    return appender_.exchange.pair_copies(part_.deduplicate, origin, away(origin, distance), chunks);
  }

  OpId pass_on(Rank origin, Rank rank, int hop) {
    payload_.clear();
    if (hop <= way_.reach) {
      const Rank nearest = away(origin, hop);
      const Rank farthest = away(origin, way_.reach);
      order_.for_ranges(way_.sign > 0 ? nearest : farthest, way_.reach - hop + 1, [&](RankRange beyond) {
        payload_.push_back({single(origin), beyond, -1, 0, part_.chunks});
      });
    }
    if (way_.half >= 0)
      payload_.push_back(
          {single(origin), single(away(origin, way_.last_hop())), -1, way_.half, way_.half + 1});
    const auto o = at(origin);
    return appender_.send(rank, away(rank, 1), travelling_[o], payload_, previous_[o], way_.lane);
  }

  Appender& appender_;
  const RingOrder& order_;
  Part part_;
  Way way_;
  std::vector<std::int64_t> travelling_;  // per origin: copies that are not yet home
  OpLists previous_;                      // per origin: the operations that its block's next hop follows
  std::vector<Rectangle> payload_;
};

std::vector<Way> ways_round(int ranks, bool bidirectional) {
  if (!bidirectional) return {{.sign = 1, .lane = 0, .reach = ranks - 1}};
  const int reach = (ranks - 1) / 2;
  const bool is_even = ranks % 2 == 0;
  return {{.sign = 1, .lane = 0, .reach = reach, .half = is_even ? 0 : -1},
          {.sign = -1, .lane = 1, .reach = reach, .half = is_even ? 1 : -1}};
}

DataOps append_exchange(Schedule& schedule, const Exchange& exchange, const PatternOptions& options,
                        const DataOps& ready) {
  const int chunks = options.of<RingOptions>().bidirectional ? 2 : 1;
  const Part part{exchange.phase(), options.of<RingOptions>().deduplicate, chunks};
  // Window 1: a device passes on one block at a time, each way.
  Appender appender = begin_exchange(schedule, exchange, part.deduplicate, part.chunks, 1);
  const OpLists ready_at = ready_at_sources(schedule, exchange, appender.part, ready);
  OpLists ops_of_rank = ready_at;
  const RingOrder order(exchange.group());
  for (const Way& way : ways_round(exchange.ranks(), options.of<RingOptions>().bidirectional))
    RingWay(appender, order, part, way).append(ready_at, ops_of_rank);
  return collective_arrival(schedule, exchange, appender.part, ops_of_rank);
}

/// A device passes on one block at a time, each way.
ExchangeShape shape(const PatternOptions&) {
  return {ExchangeShape::Form::rounds, 1};
}

/// A block goes from neighbour to neighbour; bidirectional halves the longest distance.
PatternSize size(const PatternOptions&, const ExperimentSize& experiment) {
  return {
      .ops = experiment.ranks * experiment.ranks, .routes = 2 * experiment.ranks, .reach = Reach::neighbours};
}

}  // namespace

Pattern ring() {
  return {"ring",
          "every block travels around a ring of devices",
          {option<&RingOptions::bidirectional>("bidirectional", FlagOption{}),
           option_of_one("mode", {"a ring mode", {"all_to_all"}, {"all_gather"}}),
           deduplication_option<&RingOptions::deduplicate>(Gateways::none)},
          append_exchange,
          shape,
          size};
}

}  // namespace epsim
