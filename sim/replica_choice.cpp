#include "sim/replica_choice.hpp"

#include <algorithm>

#include "platforms/indexing.hpp"
#include "sim/random.hpp"

namespace epsim {
namespace {

/// The replicas of an expert that a home rank may use.
std::vector<int> usable(const std::vector<int>& slots, const ExpertPlacement& placement, const Group& group,
                        Rank home, ReplicaChoice choice) {
  if (slots.size() == 1 || choice != ReplicaChoice::nearest) return slots;
  std::vector<int> near;
  std::ranges::copy_if(slots, std::back_inserter(near),
                       [&](int slot) { return placement.rank_of_slot(slot) == home; });
  if (!near.empty()) return near;
  std::ranges::copy_if(slots, std::back_inserter(near),
                       [&](int slot) { return group.same_node(placement.rank_of_slot(slot), home); });
  return near.empty() ? slots : near;
}

}  // namespace

std::vector<std::int32_t> choose_slots(const TokenRouting& routing, const ExpertPlacement& placement,
                                       const Group& group, ReplicaChoice choice, std::uint64_t stream) {
  const auto slots = slots_of_experts(placement, routing.num_experts);
  std::vector<std::int32_t> chosen(routing.expert.size(), -1);
  std::vector<std::vector<int>> candidates(slots.size());
  std::vector<std::size_t> turn(slots.size());
  for (Rank home = 0; home < routing.ranks(); ++home) {
    for (std::size_t e = 0; e < slots.size(); ++e)
      candidates[e] = usable(slots[e], placement, group, home, choice);
    std::ranges::fill(turn, at(home));
    const TokenRange tokens = routing.tokens_of(home);
    for (std::int64_t token = tokens.first; token < tokens.last; ++token) {
      std::size_t place = routing.selections_begin(token);
      for (const std::int32_t expert : routing.experts_of(token)) {
        const std::size_t selection = place++;
        if (expert == dropped_selection) continue;
        const std::vector<int>& replicas = candidates[at(expert)];
        std::size_t index = turn[at(expert)]++ % replicas.size();
        if (choice == ReplicaChoice::random && replicas.size() > 1)
          index = uniform_below(
              mix_seed({stream, static_cast<std::uint64_t>(token), static_cast<std::uint64_t>(expert)}),
              static_cast<std::uint32_t>(replicas.size()));
        chosen[selection] = replicas[index];
      }
    }
  }
  return chosen;
}

}  // namespace epsim
