// A finished or running sweep in a table.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/sweep/database.hpp"
#include "scenarios/sweep/statistics.hpp"

namespace epsim {

struct SweepFindings {
  std::string name;
  /// What patterns are ranked by: layer_seconds, or total_seconds where experts move, since moving them
  /// counts.
  std::string_view figure = "layer_seconds";
  std::vector<std::string> pointers;  ///< grouped by
  std::vector<GroupMeans> groups;
  std::vector<std::string> crossover_pointers;  ///< of all settings
  std::vector<Crossover> crossovers;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t pending = 0;
};

/// `group_by` are swept pointers; empty: all. Throws Error (input) with the nearest pointer.
[[nodiscard]] SweepFindings findings_of(SweepDatabase& database, const StoredSweep& stored,
                                        const std::vector<std::string>& group_by);

/// One line per group and pattern, or per group with `only_best`; then the crossovers.
[[nodiscard]] std::string findings_table(const SweepFindings& findings, bool only_best);
[[nodiscard]] nlohmann::ordered_json findings_json(const SweepFindings& findings, bool only_best);

}  // namespace epsim
