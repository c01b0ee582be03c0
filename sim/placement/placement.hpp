// Where experts sit: before loads are known, after a plan for loads, and what moving from one to the other
// costs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/group.hpp"
#include "sim/matrix.hpp"
#include "sim/placement/expert_placement.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Before anything is known about loads: experts in order, as many to each rank as can be, and the replicas
/// spread: the k-th spare slot of a rank holds a further copy of an expert of the rank k + 1 places on, so
/// that no rank holds two copies of one and, of equal loads, all ranks carry the same. Where a node keeps its
/// groups of experts (see plan_placement), within the node.
[[nodiscard]] ExpertPlacement first_placement(const ExpertParallel& expert_parallel, const Group& group);

/// What balancing is compared with: experts in order and no replicas, on as few slots as that takes. Where
/// the ranks do not divide the experts, the first placement.
[[nodiscard]] ExpertPlacement static_placement(const ExpertParallel& expert_parallel, const Group& group);

/// The EPLB plan for these loads: hierarchical where the group's nodes are equal and divide expert_groups.
[[nodiscard]] ExpertPlacement plan_placement(const ExpertParallel& expert_parallel, const Group& group,
                                             std::span<const double> loads);

/// Bytes[source rank][destination rank] that bring every rank the experts that are new to it, each from the
/// rank that held it before: one of the same node if there is one, of several the one that has given least so
/// far, then the lower.
[[nodiscard]] Matrix<Bytes> migration(const ExpertPlacement& before, const ExpertPlacement& after,
                                      const Group& group, Bytes expert_bytes);

}  // namespace epsim
