// The table of a sweep, for plotting tools: one row per point and pattern, in the order of points and
// patterns. Columns: point, seed, pattern; every swept pointer but the seed's; the figures of point_result;
// status (done, failed), error; then the columns that may differ between two runs of the same sweep:
// wall_seconds, memory_bytes, started_at, finished_at. Points without a result have no row.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/sweep/database.hpp"

namespace epsim {

struct ExportRow {
  std::uint64_t point = 0;
  std::optional<std::int64_t> seed;  ///< nothing for direct traffic
  std::string pattern;               ///< empty when a failed point did not get as far as knowing it
  std::vector<const nlohmann::json*> settings;  ///< by setting_pointers
  std::vector<Cell> figures;                    ///< by result_columns; empty cells when it failed
  bool is_done = false;
  std::string error;
  double wall_seconds = 0;
  double memory_bytes = 0;
  std::string started_at;
  std::string finished_at;
};

/// The swept pointers that have a column of their own.
[[nodiscard]] std::vector<std::string> setting_pointers(const Sweep& sweep);

/// Calls `visit` for every row.
void for_each_row(SweepDatabase& database, const StoredSweep& stored,
                  const std::function<void(const ExportRow&)>& visit);

/// Numbers come out in the shortest form that reads back as the same double. Both throw nothing of their own.
void write_csv(std::ostream& out, SweepDatabase& database, const StoredSweep& stored);
/// A JSON object per line with the same names; an empty cell is null.
void write_json_lines(std::ostream& out, SweepDatabase& database, const StoredSweep& stored);

}  // namespace epsim
