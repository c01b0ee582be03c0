// Traffic: who owes how many copies of token vectors to whom, at each deduplication level.
//
// "Home" is the rank a token lives on, "far" the rank (slot, node) of the expert that it selected. Dispatch
// moves home -> far, combine far -> home, with the same counts. Own-rank entries are counted too; they never
// touch the network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/group.hpp"
#include "sim/matrix.hpp"
#include "sim/placement/expert_placement.hpp"
#include "sim/routing/token_routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct Traffic {
  std::vector<Rank> rank_of_slot;
  std::vector<std::int64_t> home_tokens;  ///< by rank: what its gate sees; direct traffic: empty
  Matrix<std::int64_t> selections;        ///< [home rank][slot]: one per (token, expert)
  Matrix<std::int64_t> device_copies;     ///< [home rank][far rank]: one per (token, device)
  Matrix<std::int64_t> node_copies;       ///< [home rank][far node of the group]: one per (token, node)
  Bytes dispatch_bytes_per_copy = 0;
  Bytes combine_bytes_per_copy = 0;  ///< 0: there is no combine (direct traffic)

  [[nodiscard]] int ranks() const { return device_copies.rows(); }
  [[nodiscard]] int slots() const { return static_cast<int>(rank_of_slot.size()); }
  [[nodiscard]] bool has_combine() const { return combine_bytes_per_copy > 0; }
};

/// `slot_of_selection` as choose_slots returns it. With pad_to_capacity every (home, expert) counts the
/// block's vectors, at every level. Precondition then: one slot per expert.
[[nodiscard]] Traffic build_traffic(const TokenRouting& routing,
                                    std::span<const std::int32_t> slot_of_selection,
                                    const ExpertPlacement& placement, const Group& group,
                                    const Payload& payload);

/// A traffic matrix is final bytes: every level equal (a copy is a byte, one slot per rank).
[[nodiscard]] Traffic build_traffic(const Matrix<Bytes>& bytes, const Group& group);

}  // namespace epsim
