#include "sim/schedule/obligations.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <tuple>

namespace epsim {
namespace {

/// What a rectangle touches between one home rank and one node.
struct NodeShare {
  Rank home = 0;
  int node = 0;
  int chunk_begin = 0;
  int chunk_end = 0;
  int far_ranks = 0;

  [[nodiscard]] auto key() const { return std::tie(home, node, chunk_begin, chunk_end); }
};

/// The payload's shares, those of one home, node and chunk range together.
std::vector<NodeShare> node_shares(const Exchange& exchange, std::span<const Rectangle> payload) {
  std::vector<NodeShare> shares;
  for (const Rectangle& rectangle : payload) {
    const bool is_combine = exchange.phase() == Phase::combine;
    const RankRange& homes = is_combine ? rectangle.destinations : rectangle.sources;
    const RankRange& fars = is_combine ? rectangle.sources : rectangle.destinations;
    for (int i = 0; i < homes.count; ++i)
      for (int j = 0; j < fars.count; ++j)
        shares.push_back({member(homes, i, exchange.ranks()),
                          exchange.group().node(member(fars, j, exchange.ranks())), rectangle.chunk_begin,
                          rectangle.chunk_end, 1});
  }
  std::sort(shares.begin(), shares.end(),
            [](const NodeShare& a, const NodeShare& b) { return a.key() < b.key(); });
  std::vector<NodeShare> merged;
  for (const NodeShare& share : shares) {
    if (!merged.empty() && merged.back().key() == share.key())
      ++merged.back().far_ranks;
    else
      merged.push_back(share);
  }
  return merged;
}

std::int64_t copies_by_node(const Exchange& exchange, const Part& part, std::span<const Rectangle> payload) {
  std::int64_t copies = 0;
  for (const NodeShare& share : node_shares(exchange, payload)) {
    if (share.far_ranks != static_cast<int>(exchange.group().ranks_of(share.node).size())) return -1;
    copies += exchange.node_copies(part.deduplicate, share.home, share.node,
                                   {share.chunk_begin, share.chunk_end, part.chunks});
  }
  return copies;
}

std::int64_t copies_by_pair(const Exchange& exchange, const Part& part, const Rectangle& rectangle) {
  const bool is_combine = exchange.phase() == Phase::combine;
  std::int64_t copies = 0;
  for (int i = 0; i < rectangle.sources.count; ++i) {
    const Rank source = member(rectangle.sources, i, exchange.ranks());
    for (int j = 0; j < rectangle.destinations.count; ++j) {
      const Rank destination = member(rectangle.destinations, j, exchange.ranks());
      copies += rectangle.slot >= 0
                    ? exchange.slot_copies(is_combine ? destination : source, rectangle.slot)
                    : exchange.pair_copies(part.deduplicate, source, destination,
                                           {rectangle.chunk_begin, rectangle.chunk_end, part.chunks});
    }
  }
  return copies;
}

}  // namespace

Rank member(const RankRange& range, int i, int ranks) {
  return (range.first + i * range.stride) % ranks;
}

Obligations::Obligations(const Exchange& exchange, const Part& part, bool by_slot)
    : exchange_(exchange), part_(part), by_slot_(by_slot) {
  const auto ranks = at(exchange.ranks());
  const auto columns = by_slot ? static_cast<std::size_t>(exchange.traffic().slots()) : ranks;
  whereabouts_.resize(ranks * columns * static_cast<std::size_t>(part.chunks));
  // Everything is visited once as if it were owed, to find out what is.
  for (Whereabouts& entry : whereabouts_) entry.holder = 0;
  const Rectangle all{{0, exchange.ranks()}, {0, exchange.ranks()}, -1, 0, part.chunks};
  visit(all, [&](const Obligation& obligation, Whereabouts& entry) {
    entry.holder = copies_of(obligation) > 0 ? obligation.source : -1;
  });
}

std::size_t Obligations::index_of(const Obligation& obligation) const {
  const bool is_combine = exchange_.phase() == Phase::combine;
  const Rank home = is_combine ? obligation.destination : obligation.source;
  const int columns = by_slot_ ? exchange_.traffic().slots() : exchange_.ranks();
  const int column = by_slot_ ? obligation.slot : far_of(obligation);
  return (static_cast<std::size_t>(home) * static_cast<std::size_t>(columns) +
          static_cast<std::size_t>(column)) *
             static_cast<std::size_t>(part_.chunks) +
         static_cast<std::size_t>(obligation.chunk);
}

std::int64_t Obligations::copies_of(const Obligation& obligation) const {
  if (by_slot_)
    return exchange_.slot_copies(
        exchange_.phase() == Phase::combine ? obligation.destination : obligation.source, obligation.slot);
  return exchange_.pair_copies(part_.deduplicate, obligation.source, obligation.destination,
                               {obligation.chunk, obligation.chunk + 1, part_.chunks});
}

std::string problem_of(const Rectangle& rectangle, const Exchange& exchange, const Part& part) {
  for (const RankRange& range : {rectangle.sources, rectangle.destinations})
    if (range.first < 0 || range.first >= exchange.ranks() || range.count < 1 || range.stride < 1 ||
        range.count > exchange.ranks())
      return "names ranks outside its group of " + std::to_string(exchange.ranks());
  if (rectangle.chunk_begin < 0 || rectangle.chunk_begin >= rectangle.chunk_end ||
      rectangle.chunk_end > part.chunks)
    return "names chunks outside its part's " + std::to_string(part.chunks);
  if (rectangle.slot < 0) return "";
  if (rectangle.slot >= exchange.traffic().slots() || part.deduplicate != Deduplication::none ||
      part.chunks != 1)
    return "names slot " + std::to_string(rectangle.slot) +
           ", but only what is neither deduplicated nor cut into chunks can go by slot, to a slot that "
           "exists";
  const RankRange& fars = exchange.phase() == Phase::combine ? rectangle.sources : rectangle.destinations;
  const Rank far = exchange.traffic().rank_of_slot[at(rectangle.slot)];
  if (fars.count != 1 || fars.first != far)
    return "names slot " + std::to_string(rectangle.slot) + ", which is on rank " + std::to_string(far);
  return "";
}

std::int64_t payload_copies(const Exchange& exchange, const Part& part, Rank sender, Rank receiver,
                            std::span<const Rectangle> payload) {
  const bool crosses = !exchange.group().same_node(sender, receiver);
  if (crosses && part.deduplicate == Deduplication::node) return copies_by_node(exchange, part, payload);
  std::int64_t copies = 0;
  for (const Rectangle& rectangle : payload) copies += copies_by_pair(exchange, part, rectangle);
  return copies;
}

}  // namespace epsim
