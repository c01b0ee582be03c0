// The plan of a sweep: its points, what they are expected to cost, and in which order they run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/sweep/identity.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

struct PlannedPoint {
  std::uint64_t combination = 0;
  Identity identity = {};
  Identity routing = {};  ///< points with the same one share their routed traffic
  double seconds = 0;     ///< estimated, on one core
  double memory = 0;      ///< estimated bytes
  std::string error;      ///< why the combination is not a scenario; empty: it is one
};

/// A cross product of more combinations is planned only when asked for.
inline constexpr std::uint64_t most_combinations = 1'000'000;

/// Called now and then with how many combinations have been looked at.
using PlanProgress = std::function<void(std::uint64_t)>;

/// The points in their order. Throws Error (input) when `where` keeps none, when no point is a scenario, when
/// a comparison cannot be made, or when there are more than most_combinations and not `any_size`.
[[nodiscard]] std::vector<PlannedPoint> plan_points(const Sweep& sweep, bool any_size,
                                                    const PlanProgress& progress = nullptr);

/// The points that have a scenario, in the order in which they run: points that share their routing together,
/// the group with the most expensive point first; within a group the most expensive first. Ties by number.
/// `chosen` holds numbers of points.
[[nodiscard]] std::vector<std::size_t> running_order(const std::vector<PlannedPoint>& points,
                                                     std::vector<std::size_t> chosen);

/// Shard `index` of `count` (from 1), points by number. Groups in running order, in pieces of about a quarter
/// of a shard's points at most so that few are routed twice, go each to the shard that costs least so far
/// (ties: the first). Points without a scenario go to the first.
[[nodiscard]] std::vector<std::size_t> shard_of(const std::vector<PlannedPoint>& points, int index,
                                                int count);

}  // namespace epsim
