// What a sweep keeps of a point: one row of figures per pattern. The columns are listed once, here; the
// database, the export and the report from the point's process follow that list.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// Empty where a scenario has no such figure: no routing process, no link used.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Null when empty.
[[nodiscard]] nlohmann::json json_of(const Cell& cell);

struct ResultColumn {
  std::string_view name;      ///< with its unit
  std::string_view sql_type;  ///< REAL, INTEGER or TEXT
  /// Of a pattern in the last step.
  Cell (*value)(const ExperimentResult& experiment, std::size_t pattern);
};

[[nodiscard]] std::span<const ResultColumn> result_columns();

struct PatternResult {
  std::string pattern;
  std::vector<Cell> cells;  ///< by result_columns
};

/// A point is ranked by its last layer, but by all steps where experts move between them, and under a trace,
/// whose steps differ. As a condition on the column points.scenario, and of a resolved scenario.
inline constexpr std::string_view counts_all_steps_sql =
    "(json_extract(points.scenario, '$.expert_parallel.load_balancing') = 'dynamic' OR"
    " json_extract(points.scenario, '$.workload.trace') IS NOT NULL)";
[[nodiscard]] bool counts_all_steps(const nlohmann::json& resolved_scenario);

/// A point that has run, or that could not.
struct PointResult {
  std::string error;     ///< why it failed, in one line; empty: it is done
  std::string scenario;  ///< resolved, as JSON; may be empty when it failed
  std::vector<PatternResult> patterns;
  double wall_seconds = 0;
  double memory_bytes = 0;  ///< of the largest of its processes
  std::string started_at;   ///< UTC, like 2026-01-31T12:00:00Z
  std::string finished_at;
};

[[nodiscard]] PointResult result_of(const ExperimentResult& experiment);

}  // namespace epsim
