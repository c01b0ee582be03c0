// One database from those of a sweep's shards.
#pragma once

#include <filesystem>
#include <vector>

namespace epsim {

/// Adds the results of `sources` to `target`, which is made when it is missing; it takes the sources' plan. A
/// result beats a failure. Returns how many points have no result now. Throws Error (input), the target
/// untouched, when a source is no sweep database or holds another sweep than the others.
std::size_t merge_databases(const std::filesystem::path& target,
                            const std::vector<std::filesystem::path>& sources);

}  // namespace epsim
