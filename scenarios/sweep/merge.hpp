// One database from those of a sweep's shards.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/sweep/identity.hpp"

namespace epsim {

struct Merged {
  std::size_t pending = 0;            ///< points without a result now
  std::vector<std::string> left_out;  ///< sources of other sweeps or of none, each with the reason
};

/// Adds the results of `sources` to `target`, which is made when it is missing; it takes the sources' plan. A
/// result beats a failure. Throws Error (input), the target untouched, when a source is no sweep database,
/// is the target or holds another sweep than the others.
///
/// With the identity of the sweep that is `wanted`, sources that do not hold it are left out instead, as what
/// an older version of the sweep has left beside them; and a target that holds such a version takes the new
/// plan and keeps its results.
Merged merge_databases(const std::filesystem::path& target, const std::vector<std::filesystem::path>& sources,
                       const std::optional<Identity>& wanted = std::nullopt);

}  // namespace epsim
