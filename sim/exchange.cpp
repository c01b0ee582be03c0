#include "sim/exchange.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>

namespace epsim {

namespace {

Matrix<std::int64_t> pair_selections(const Traffic& traffic) {
  Matrix<std::int64_t> sums(traffic.ranks(), traffic.ranks());
  for (Rank home = 0; home < traffic.ranks(); ++home) {
    for (int slot = 0; slot < traffic.slots(); ++slot) {
      sums(home, traffic.rank_of_slot[at(slot)]) += traffic.selections(home, slot);
    }
  }
  return sums;
}

Matrix<std::int64_t> busiest_pair(const Matrix<std::int64_t>& copies, const Group& group) {
  Matrix<std::int64_t> largest(group.size(), group.node_count());
  for (Rank home = 0; home < group.size(); ++home) {
    for (Rank far = 0; far < group.size(); ++far) {
      std::int64_t& entry = largest(home, group.node(far));
      entry = std::max(entry, copies(home, far));
    }
  }
  return largest;
}

}  // namespace

std::int64_t chunk_of(std::int64_t copies, ChunkRange chunks) {
  // Whole multiples of `of` apart, so that no product exceeds the number of copies by much.
  const std::int64_t each = copies / chunks.of;
  const std::int64_t rest = copies % chunks.of;
  return each * (chunks.end - chunks.begin) + rest * chunks.end / chunks.of - rest * chunks.begin / chunks.of;
}

Exchange::Exchange(const Traffic& traffic, const Group& group, Phase phase, int chunk_tokens)
    : traffic_(&traffic),
      group_(&group),
      phase_(phase),
      slots_of_rank_(static_cast<std::size_t>(group.size())),
      pair_selections_(pair_selections(traffic)),
      busiest_pair_{busiest_pair(pair_selections_, group), busiest_pair(traffic.device_copies, group)} {
  for (int slot = 0; slot < traffic.slots(); ++slot) {
    const Rank rank = traffic.rank_of_slot[at(slot)];
    slots_of_rank_[at(rank)].push_back(slot);
  }
  if (chunk_tokens == 0) return;
  for (const std::int64_t tokens : traffic.home_tokens)
    chunks_of_home_.push_back(
        static_cast<int>(std::max<std::int64_t>(1, (tokens + chunk_tokens - 1) / chunk_tokens)));
}

Bytes Exchange::bytes_per_copy() const {
  return phase_ == Phase::combine ? traffic_->combine_bytes_per_copy : traffic_->dispatch_bytes_per_copy;
}

int Exchange::chunks_by_tokens() const {
  return chunks_of_home_.empty() ? 0 : *std::ranges::max_element(chunks_of_home_);
}

// Renumbers a range over the chunks asked for as one over the chunks that exist.
ChunkRange Exchange::existing(Deduplication level, Rank home, int node, ChunkRange chunks) const {
  if (chunks.of == 1) return chunks;
  const std::int64_t largest = busiest_pair_[level == Deduplication::none ? 0 : 1](home, node);
  const int asked_for = chunks_of_home_.empty() ? chunks.of : std::min(chunks.of, chunks_of_home_[at(home)]);
  const int count = static_cast<int>(std::clamp<std::int64_t>(largest, 1, asked_for));
  return {std::min(chunks.begin, count), std::min(chunks.end, count), count};
}

std::int64_t Exchange::pair_copies(Deduplication level, Rank source, Rank destination,
                                   ChunkRange chunks) const {
  const Rank home = phase_ == Phase::combine ? destination : source;
  const Rank far = phase_ == Phase::combine ? source : destination;
  const std::int64_t copies =
      level == Deduplication::none ? pair_selections_(home, far) : traffic_->device_copies(home, far);
  return chunk_of(copies, existing(level, home, group_->node(far), chunks));
}

std::int64_t Exchange::slot_copies(Rank home, int slot) const {
  return traffic_->selections(home, slot);
}

std::int64_t Exchange::node_copies(Deduplication level, Rank home, int node, ChunkRange chunks) const {
  const ChunkRange range = existing(level, home, node, chunks);
  if (level == Deduplication::node) return chunk_of(traffic_->node_copies(home, node), range);
  const Matrix<std::int64_t>& copies =
      level == Deduplication::none ? pair_selections_ : traffic_->device_copies;
  std::int64_t sum = 0;
  for (const Rank far : group_->ranks_of(node)) sum += chunk_of(copies(home, far), range);
  return sum;
}

}  // namespace epsim
