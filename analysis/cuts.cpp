#include "analysis/cuts.hpp"

#include <algorithm>

#include "platforms/indexing.hpp"
#include "platforms/max_flow.hpp"

namespace epsim {
namespace {

/// begin <= node (or rank) < end
struct Block {
  int begin = 0;
  int end = 0;
  bool operator==(const Block&) const = default;
};

/// A block at the end stands for the one before it.
void add_block(std::vector<Block>& blocks, Block block, int count) {
  if (block.end == count) block = {0, block.begin};
  const bool is_proper = block.begin < block.end && block.end < count;
  if (is_proper && blocks.size() < max_cuts && std::find(blocks.begin(), blocks.end(), block) == blocks.end())
    blocks.push_back(block);
}

std::vector<Block> node_blocks(int nodes) {
  std::vector<Block> blocks;
  add_block(blocks, {0, nodes / 2}, nodes);
  int size = 1;
  while (size * 2 < nodes) size *= 2;
  for (; size >= 1; size /= 2)
    for (int begin = 0; begin < nodes; begin += size)
      add_block(blocks, {begin, std::min(begin + size, nodes)}, nodes);
  return blocks;
}

/// The members of each candidate set, by rank.
std::vector<std::vector<bool>> candidate_sets(const Group& group) {
  const bool by_node = group.node_count() > 1;
  std::vector<Block> blocks;
  if (by_node)
    blocks = node_blocks(group.node_count());
  else
    add_block(blocks, {0, group.size() / 2}, group.size());
  std::vector<std::vector<bool>> sets;
  for (const Block& block : blocks) {
    std::vector<bool>& inside = sets.emplace_back();
    for (Rank rank = 0; rank < group.size(); ++rank) {
      const int place = by_node ? group.node(rank) : rank;
      inside.push_back(place >= block.begin && place < block.end);
    }
  }
  return sets;
}

}  // namespace

Cuts find_cuts(const Cluster& cluster) {
  Cuts cuts{std::vector<std::uint64_t>(static_cast<std::size_t>(cluster.group.size()), 0), {}};
  for (const std::vector<bool>& inside : candidate_sets(cluster.group)) {
    const std::uint64_t bit = std::uint64_t{1} << cuts.bandwidth.size();
    std::vector<DeviceId> from, to;
    for (Rank rank = 0; rank < cluster.group.size(); ++rank) {
      if (inside[at(rank)]) cuts.sets_of_rank[at(rank)] |= bit;
      (inside[at(rank)] ? from : to).push_back(cluster.group.device(rank));
    }
    cuts.bandwidth.push_back(max_flow(cluster.topology, from, to));
  }
  return cuts;
}

}  // namespace epsim
