// Where the time of a run went, in words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// "scale-out", "hot device", ...
[[nodiscard]] std::string_view words_for(Resource resource);

/// "46 % scale-out (sharing 41 %), 30 % hot device, 12 % computation": the largest parts of a critical
/// path, at most `most` of them and none below 1 %. Empty for a run that took no time.
[[nodiscard]] std::string largest_parts(const Blame& blame, std::size_t most);

/// "scale-out sharing", "hot device", ...
[[nodiscard]] std::string words_for(Cause cause);

/// For each pattern what its critical path goes on, cause by cause and phase by phase, on which links it
/// shares, and, where that was asked for, what it would have taken without the resource.
[[nodiscard]] std::string blame_tables(const ExperimentResult& experiment);

/// A line per pattern: its transport, its options and the largest parts of its critical path.
[[nodiscard]] std::string critical_paths_table(const ExperimentResult& experiment);

}  // namespace epsim
