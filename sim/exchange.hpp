// An Exchange is one direction of the traffic as a pattern sees it: copies from source ranks to destination
// ranks, at each deduplication level and chunk by chunk. Dispatch: source = home, destination = far.
// Combine: source = far, destination = home.
//
// How copies are cut into chunks. What a home rank exchanges with one node is cut as a whole: with C chunks
// asked for and p copies between the home and the node's busiest rank, it has E = min(C, p) chunks, numbered
// 0..E-1. Every number of copies within (each pair's, and at level `node` the node's) is spread over these E.
// Where chunks are of so many tokens, a home asks for as many as its tokens need, at most C.
// So a chunk either crosses to the node, carrying something for at least one of its ranks, or does not exist:
// no forwarder ever owes copies of a chunk that it has not received, and no transfer is empty.
#pragma once

#include <array>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/group.hpp"
#include "sim/matrix.hpp"
#include "sim/phase.hpp"
#include "sim/traffic.hpp"

namespace epsim {

/// The chunks [begin, end) when `of` were asked for. The default is everything.
struct ChunkRange {
  int begin = 0;
  int end = 1;
  int of = 1;
};

/// The copies of those chunks, whole ones: floor(copies * end / of) - floor(copies * begin / of).
[[nodiscard]] std::int64_t chunk_of(std::int64_t copies, ChunkRange chunks);

class Exchange {
 public:
  /// `phase` is dispatch or combine. `chunk_tokens`: of a home's tokens in a chunk, where a pattern cuts into
  /// chunks by tokens; 0: it does not. Keeps references: both must outlive it.
  Exchange(const Traffic& traffic, const Group& group, Phase phase, int chunk_tokens = 0);

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const Group& group() const { return *group_; }
  [[nodiscard]] const Traffic& traffic() const { return *traffic_; }
  [[nodiscard]] int ranks() const { return group_->size(); }
  [[nodiscard]] Bytes bytes_per_copy() const;
  /// How many chunks the home with the most tokens is cut into; 0: chunks are not of so many tokens.
  [[nodiscard]] int chunks_by_tokens() const;
  /// The expert slots on a rank, ascending.
  [[nodiscard]] const std::vector<int>& slots_of(Rank rank) const { return slots_of_rank_[at(rank)]; }

  /// Copies from a source to a destination rank: selections at `none`, else one per (token, device), since
  /// `node` merges between nodes only.
  [[nodiscard]] std::int64_t pair_copies(Deduplication level, Rank source, Rank destination,
                                         ChunkRange chunks = {}) const;
  /// Selections between a home rank and an expert slot, whichever way they travel.
  [[nodiscard]] std::int64_t slot_copies(Rank home, int slot) const;
  /// Copies that cross between a home rank and another node's ranks under `level`: node_copies at `node`, the
  /// sum over the node's ranks of pair copies at the other levels.
  [[nodiscard]] std::int64_t node_copies(Deduplication level, Rank home, int node,
                                         ChunkRange chunks = {}) const;

 private:
  [[nodiscard]] ChunkRange existing(Deduplication level, Rank home, int node, ChunkRange chunks) const;

  const Traffic* traffic_;
  const Group* group_;
  Phase phase_;
  std::vector<std::vector<int>> slots_of_rank_;
  std::vector<int> chunks_of_home_;       // by tokens; empty: not by tokens
  Matrix<std::int64_t> pair_selections_;  // [home][far]
  std::array<Matrix<std::int64_t>, 2>
      busiest_pair_;  // selections, device copies: [home][node], its largest pair
};

}  // namespace epsim
