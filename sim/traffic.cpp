#include "sim/traffic.hpp"
#include "platforms/indexing.hpp"

#include <span>

namespace epsim {

namespace {

/// Counts a token once per place, whatever the number of its selections there.
class OncePerToken {
 public:
  explicit OncePerToken(int places) : last_token_(static_cast<std::size_t>(places), -1) {}
  bool is_new(int place, std::int64_t token) {
    std::int64_t& last = last_token_[at(place)];
    if (last == token) return false;
    last = token;
    return true;
  }

 private:
  std::vector<std::int64_t> last_token_;
};

void count_copies(const TokenRouting& routing, std::span<const std::int32_t> slot_of_selection,
                  const ExpertPlacement& placement, const Group& group, Traffic& traffic) {
  OncePerToken device_seen(group.size());
  OncePerToken node_seen(group.node_count());
  for (Rank home = 0; home < routing.ranks(); ++home) {
    const TokenRange tokens = routing.tokens_of(home);
    for (std::int64_t token = tokens.first; token < tokens.last; ++token) {
      const std::size_t begin = routing.selections_begin(token);
      for (const int slot : slot_of_selection.subspan(begin, routing.selections_begin(token + 1) - begin)) {
        if (slot < 0) continue;
        const Rank far = placement.rank_of_slot(slot);
        ++traffic.selections(home, slot);
        if (device_seen.is_new(far, token)) ++traffic.device_copies(home, far);
        if (node_seen.is_new(group.node(far), token)) ++traffic.node_copies(home, group.node(far));
      }
    }
  }
}

/// Blocks of one size for every expert, whatever is in them; nothing in a block is merged.
void count_blocks(const TokenRouting& routing, const ExpertPlacement& placement, const Group& group,
                  Traffic& traffic) {
  for (Rank home = 0; home < routing.ranks(); ++home) {
    const std::int64_t block = routing.block[at(home)];
    for (int slot = 0; slot < placement.slots(); ++slot) {
      const Rank far = placement.rank_of_slot(slot);
      traffic.selections(home, slot) += block;
      traffic.device_copies(home, far) += block;
      traffic.node_copies(home, group.node(far)) += block;
    }
  }
}

}  // namespace

Traffic build_traffic(const TokenRouting& routing, std::span<const std::int32_t> slot_of_selection,
                      const ExpertPlacement& placement, const Group& group, const Payload& payload) {
  Traffic traffic;
  for (int slot = 0; slot < placement.slots(); ++slot)
    traffic.rank_of_slot.push_back(placement.rank_of_slot(slot));
  for (Rank home = 0; home < routing.ranks(); ++home)
    traffic.home_tokens.push_back(routing.tokens_of(home).last - routing.tokens_of(home).first);
  traffic.selections = Matrix<std::int64_t>(group.size(), placement.slots());
  traffic.device_copies = Matrix<std::int64_t>(group.size(), group.size());
  traffic.node_copies = Matrix<std::int64_t>(group.size(), group.node_count());
  traffic.dispatch_bytes_per_copy = payload.dispatch_bytes_per_copy;
  traffic.combine_bytes_per_copy = payload.combine_bytes_per_copy;
  if (routing.block.empty())
    count_copies(routing, slot_of_selection, placement, group, traffic);
  else
    count_blocks(routing, placement, group, traffic);
  return traffic;
}

Traffic build_traffic(const Matrix<Bytes>& bytes, const Group& group) {
  Traffic traffic;
  for (Rank rank = 0; rank < group.size(); ++rank) traffic.rank_of_slot.push_back(rank);
  traffic.selections = bytes;
  traffic.device_copies = bytes;
  traffic.node_copies = Matrix<std::int64_t>(group.size(), group.node_count());
  for (Rank home = 0; home < group.size(); ++home)
    for (Rank far = 0; far < group.size(); ++far)
      traffic.node_copies(home, group.node(far)) += bytes(home, far);
  traffic.dispatch_bytes_per_copy = 1;
  return traffic;
}

}  // namespace epsim
