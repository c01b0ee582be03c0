#include "sim/placement/placement.hpp"

#include <algorithm>
#include <numeric>

#include "platforms/indexing.hpp"
#include "sim/placement/eplb.hpp"

namespace epsim {
namespace {

bool has_equal_nodes(const Group& group) {
  return std::ranges::all_of(group.ranks_of_node, [&](const std::vector<Rank>& ranks) {
    return ranks.size() == group.ranks_of_node.front().size();
  });
}

/// Whether a plan keeps every group of experts on one node.
bool keeps_groups_on_nodes(const ExpertParallel& expert_parallel, const Group& group) {
  return has_equal_nodes(group) && expert_parallel.expert_groups % group.node_count() == 0;
}

/// Consecutive experts on consecutive ranks.
struct Block {
  int first_expert = 0;
  int experts = 0;
  int ranks = 0;
  int slots_per_rank = 0;

  /// The first expert, counted from the block's, that `rank` holds before there are replicas.
  [[nodiscard]] int begin_of(int rank) const {
    return static_cast<int>(std::int64_t{rank} * experts / ranks);
  }
};

/// The expert of rank `owner` with the fewest copies that `held` lacks, ties to the lower; -1: it has them
/// all.
int expert_to_copy(const Block& block, int owner, const std::vector<int>& held,
                   const std::vector<int>& copies) {
  int best = -1;
  for (int expert = block.begin_of(owner); expert < block.begin_of(owner + 1); ++expert)
    if (std::ranges::find(held, expert) == held.end() && (best < 0 || copies[at(expert)] < copies[at(best)]))
      best = expert;
  return best;
}

/// Appends the block's slots, rank by rank: its experts in order, then replicas.
void append_spread(const Block& block, std::vector<std::int32_t>& expert_of_slot) {
  std::vector<std::vector<int>> held(at(block.ranks));
  std::vector<int> copies(at(block.experts), 1);
  for (int rank = 0; rank < block.ranks; ++rank)
    for (int expert = block.begin_of(rank); expert < block.begin_of(rank + 1); ++expert)
      held[at(rank)].push_back(expert);
  for (int spare = 0; spare < block.slots_per_rank; ++spare)
    for (int rank = 0; rank < block.ranks; ++rank) {
      std::vector<int>& mine = held[at(rank)];
      const int begun_with = block.begin_of(rank + 1) - block.begin_of(rank);
      if (begun_with + spare >= block.slots_per_rank) continue;
      const int first_step = 1 + spare % std::max(1, block.ranks - 1);
      int expert = -1;
      for (int tried = 0; tried < block.ranks && expert < 0; ++tried)
        expert = expert_to_copy(block, (rank + first_step + tried) % block.ranks, mine, copies);
      if (expert < 0) expert = spare % block.experts;  // it holds every expert already
      ++copies[at(expert)];
      mine.push_back(expert);
    }
  for (const std::vector<int>& mine : held)
    for (const int expert : mine) expert_of_slot.push_back(block.first_expert + expert);
}

/// The same, where what is planned for rank 0, 1, ... is for the ranks node by node.
ExpertPlacement given_to_nodes(ExpertPlacement planned, const Group& group) {
  ExpertPlacement placement = planned;
  const std::vector<Rank> ranks = group.ranks_by_node();
  const int slots = planned.slots_per_device;
  for (std::size_t place = 0; place < ranks.size(); ++place)
    std::copy_n(planned.expert_of_slot.begin() + static_cast<std::ptrdiff_t>(place) * slots, slots,
                placement.expert_of_slot.begin() + std::ptrdiff_t{ranks[place]} * slots);
  return placement;
}

/// The rank that gives an expert away: near before far, then who has given least, then the lower.
Rank giver_of(const std::vector<int>& slots, const ExpertPlacement& before, const Group& group, Rank taker,
              const std::vector<Bytes>& given) {
  Rank best = before.rank_of_slot(slots.front());
  for (const int slot : slots) {
    const Rank rank = before.rank_of_slot(slot);
    const bool nearer = group.same_node(rank, taker) && !group.same_node(best, taker);
    const bool as_near = group.same_node(rank, taker) == group.same_node(best, taker);
    if (nearer || (as_near && given[at(rank)] < given[at(best)])) best = rank;
  }
  return best;
}

}  // namespace

ExpertPlacement first_placement(const ExpertParallel& expert_parallel, const Group& group) {
  const int ranks = expert_parallel.expert_parallel_size;
  const int blocks = keeps_groups_on_nodes(expert_parallel, group) ? group.node_count() : 1;
  ExpertPlacement placement{expert_parallel.experts_per_device, {}};
  for (int block = 0; block < blocks; ++block)
    append_spread({.first_expert = block * (expert_parallel.num_experts / blocks),
                   .experts = expert_parallel.num_experts / blocks,
                   .ranks = ranks / blocks,
                   .slots_per_rank = expert_parallel.experts_per_device},
                  placement.expert_of_slot);
  if (blocks > 1) placement = given_to_nodes(std::move(placement), group);
  return placement;
}

ExpertPlacement static_placement(const ExpertParallel& expert_parallel, const Group& group) {
  if (expert_parallel.num_experts % expert_parallel.expert_parallel_size != 0)
    return first_placement(expert_parallel, group);
  ExpertPlacement placement{expert_parallel.num_experts / expert_parallel.expert_parallel_size,
                            std::vector<std::int32_t>(at(expert_parallel.num_experts))};
  std::iota(placement.expert_of_slot.begin(), placement.expert_of_slot.end(), 0);
  return placement;
}

ExpertPlacement plan_placement(const ExpertParallel& expert_parallel, const Group& group,
                               std::span<const double> loads) {
  const int slots = expert_parallel.experts_per_device * expert_parallel.expert_parallel_size;
  const bool by_node = keeps_groups_on_nodes(expert_parallel, group);
  const EplbShape shape{slots, by_node ? expert_parallel.expert_groups : 1, by_node ? group.node_count() : 1,
                        expert_parallel.expert_parallel_size};
  ExpertPlacement placement{expert_parallel.experts_per_device, eplb_plan(loads, shape)};
  return by_node ? given_to_nodes(std::move(placement), group) : placement;
}

Matrix<Bytes> migration(const ExpertPlacement& before, const ExpertPlacement& after, const Group& group,
                        Bytes expert_bytes) {
  const int num_experts = *std::ranges::max_element(before.expert_of_slot) + 1;
  const auto holders = slots_of_experts(before, num_experts);
  Matrix<Bytes> bytes(group.size(), group.size());
  std::vector<Bytes> given(at(group.size()));
  std::vector<Rank> last_taker(holders.size(), -1);  // one copy serves all slots of a rank
  for (int slot = 0; slot < after.slots(); ++slot) {
    const std::int32_t expert = after.expert_of_slot[at(slot)];
    const Rank taker = after.rank_of_slot(slot);
    const std::vector<int>& slots = holders[at(expert)];
    const bool is_there = std::ranges::any_of(slots, [&](int s) { return before.rank_of_slot(s) == taker; });
    if (is_there || last_taker[at(expert)] == taker) continue;
    last_taker[at(expert)] = taker;
    const Rank giver = giver_of(slots, before, group, taker, given);
    given[at(giver)] += expert_bytes;
    bytes(giver, taker) += expert_bytes;
  }
  return bytes;
}

}  // namespace epsim
