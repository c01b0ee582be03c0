#include <algorithm>
#include <bit>
#include <utility>

#include "analysis/bounds.hpp"
#include "analysis/cuts.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

/// Copies that must move between the home ranks of tokens and the far ranks of their experts, whatever the
/// pattern: one per (token, far rank) at the far end, one per token with anything remote at the home end,
/// because it may be multiplied (dispatch) or reduced (combine) on its way.
struct Copies {
  std::vector<std::int64_t> home_rank;
  std::vector<std::int64_t> far_rank;
  std::vector<std::int64_t> home_node;
  std::vector<std::int64_t> far_node;
  std::vector<std::int64_t> home_inside_cut;  ///< home in the set, something far outside it
  std::vector<std::int64_t> far_inside_cut;   ///< home outside the set, something far in it

  Copies(const Group& group, const Cuts& cuts)
      : home_rank(at(group.size())),
        far_rank(at(group.size())),
        home_node(at(group.node_count())),
        far_node(at(group.node_count())),
        home_inside_cut(cuts.bandwidth.size()),
        far_inside_cut(cuts.bandwidth.size()) {}
};

void add_to_sets(std::vector<std::int64_t>& counts, std::uint64_t sets, std::int64_t copies) {
  for (; sets != 0; sets &= sets - 1) counts[at(std::countr_zero(sets))] += copies;
}

/// The distinct far ranks and nodes of one token after the other; remembers which token saw what last.
class TokenCounter {
 public:
  TokenCounter(const Group& group, const Cuts& cuts, Copies& copies)
      : group_(group),
        cuts_(cuts),
        copies_(copies),
        seen_by_rank_(at(group.size()), -1),
        seen_by_node_(at(group.node_count()), -1) {}

  /// Starts a token.
  void begin(std::int64_t token, Rank home) {
    token_ = token;
    home_ = home;
    in_all_ = ~std::uint64_t{0};
    in_any_ = 0;
    leaves_rank_ = leaves_node_ = false;
  }

  void select(Rank far) {
    if (far == home_ || std::exchange(seen_by_rank_[at(far)], token_) == token_) return;
    ++copies_.far_rank[at(far)];
    leaves_rank_ = true;
    in_all_ &= cuts_.sets_of_rank[at(far)];
    in_any_ |= cuts_.sets_of_rank[at(far)];
    const int node = group_.node(far);
    if (node == group_.node(home_) || std::exchange(seen_by_node_[at(node)], token_) == token_) return;
    ++copies_.far_node[at(node)];
    leaves_node_ = true;
  }

  void end() {
    if (!leaves_rank_) return;
    ++copies_.home_rank[at(home_)];
    if (leaves_node_) ++copies_.home_node[at(group_.node(home_))];
    const std::uint64_t home_sets = cuts_.sets_of_rank[at(home_)];
    add_to_sets(copies_.home_inside_cut, home_sets & ~in_all_, 1);
    add_to_sets(copies_.far_inside_cut, ~home_sets & in_any_, 1);
  }

 private:
  const Group& group_;
  const Cuts& cuts_;
  Copies& copies_;
  std::vector<std::int64_t> seen_by_rank_;
  std::vector<std::int64_t> seen_by_node_;
  std::int64_t token_ = 0;
  Rank home_ = 0;
  std::uint64_t in_all_ = 0;  ///< sets that hold every far rank
  std::uint64_t in_any_ = 0;  ///< sets that hold some far rank
  bool leaves_rank_ = false;
  bool leaves_node_ = false;
};

Copies count_tokens(const RoutedStep& step, const Group& group, const Cuts& cuts) {
  const TokenRouting& routing = step.routed->routing;
  Copies copies(group, cuts);
  TokenCounter counter(group, cuts, copies);
  for (Rank home = 0; home < routing.ranks(); ++home) {
    const TokenRange tokens = routing.tokens_of(home);
    for (std::int64_t token = tokens.first; token < tokens.last; ++token) {
      counter.begin(token, home);
      const std::size_t begin = routing.selections_begin(token);
      for (std::size_t selection = begin; selection < routing.selections_begin(token + 1); ++selection) {
        const std::int32_t slot = step.slot_of_selection[selection];
        if (slot >= 0) counter.select(step.placement.rank_of_slot(slot));
      }
      counter.end();
    }
  }
  return copies;
}

/// A traffic matrix is final: every byte of a pair crosses whatever lies between the two.
Copies count_matrix(const Matrix<std::int64_t>& bytes, const Group& group, const Cuts& cuts) {
  Copies copies(group, cuts);
  for (Rank home = 0; home < group.size(); ++home) {
    for (Rank far = 0; far < group.size(); ++far) {
      const std::int64_t moved = bytes(home, far);
      if (home == far || moved == 0) continue;
      copies.home_rank[at(home)] += moved;
      copies.far_rank[at(far)] += moved;
      const std::uint64_t home_sets = cuts.sets_of_rank[at(home)];
      const std::uint64_t far_sets = cuts.sets_of_rank[at(far)];
      add_to_sets(copies.home_inside_cut, home_sets & ~far_sets, moved);
      add_to_sets(copies.far_inside_cut, ~home_sets & far_sets, moved);
      if (group.same_node(home, far)) continue;
      copies.home_node[at(group.node(home))] += moved;
      copies.far_node[at(group.node(far))] += moved;
    }
  }
  return copies;
}

std::vector<Bytes> times(std::vector<std::int64_t> copies, Bytes bytes_per_copy) {
  for (std::int64_t& value : copies) value *= bytes_per_copy;
  return copies;
}

/// A cut's bandwidth is the same both ways, so the busier direction decides.
Seconds cut_seconds(const Copies& copies, const Cuts& cuts, Bytes bytes_per_copy) {
  Seconds longest = 0;
  for (std::size_t s = 0; s < cuts.bandwidth.size(); ++s) {
    const std::int64_t crossing = std::max(copies.home_inside_cut[s], copies.far_inside_cut[s]);
    if (crossing > 0)
      longest = std::max(longest, static_cast<double>(crossing * bytes_per_copy) / cuts.bandwidth[s]);
  }
  return longest;
}

}  // namespace

LayerDemand layer_demand(const Cluster& cluster, const RoutedStep& step) {
  const Cuts cuts = find_cuts(cluster);
  const Traffic& traffic = step.traffic;
  const Copies copies = step.routed ? count_tokens(step, cluster.group, cuts)
                                    : count_matrix(traffic.device_copies, cluster.group, cuts);
  const Bytes dispatch = traffic.dispatch_bytes_per_copy;
  const Bytes combine = traffic.combine_bytes_per_copy;
  return {
      {times(copies.far_rank, dispatch), times(copies.home_rank, dispatch), times(copies.far_node, dispatch),
       times(copies.home_node, dispatch), cut_seconds(copies, cuts, dispatch)},
      {times(copies.home_rank, combine), times(copies.far_rank, combine), times(copies.home_node, combine),
       times(copies.far_node, combine), cut_seconds(copies, cuts, combine)}};
}

}  // namespace epsim
