// The file that holds a sweep's plan and results: SQLite in WAL mode with synchronous=FULL, so that whatever
// is committed survives a kill and a power cut. One file holds one sweep. Several processes of one machine
// may work on it at once: they claim points before they run them. Tables (for SQL of one's own):
//   sweep    one row: name, identity, definition (JSON: name, question, expect, axes, seeds, seed, patterns)
//   plan     point -> combination, identity, routing, estimates
//   points   identity -> status (done, failed), error, scenario (resolved JSON), version, times, memory
//   results  identity, place -> pattern and the columns of point_result
//   claims   identity -> the process that runs it
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platforms/system/input_file.hpp"
#include "scenarios/sweep/definition.hpp"
#include "scenarios/sweep/identity.hpp"
#include "scenarios/sweep/plan.hpp"
#include "scenarios/sweep/point_result.hpp"
#include "scenarios/sweep/sqlite.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

enum class PointStatus : std::uint8_t { pending, done, failed };

enum class Claim : std::uint8_t {
  mine,      ///< this process runs it
  theirs,    ///< a living process is at it
  finished,  ///< somebody has stored its result
};

class SweepDatabase {
 public:
  enum class Access { read, write, create };

  /// `create` makes the file when there is none, complete or not at all. Throws Error (input), the file
  /// untouched, when it is anything but a sweep database of this format or is damaged; so do all others.
  SweepDatabase(const std::filesystem::path& path, Access access);

  [[nodiscard]] Sqlite& connection() { return connection_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Throws Error (simulation) when the path no longer names the file that was opened.
  void check_is_in_place() const;

  /// Nothing before the first store_plan.
  [[nodiscard]] std::optional<StoredSweep> sweep();
  /// Replaces sweep and plan; results stay. Combinations that are no scenario become failed points. Throws
  /// Error (input) when the file belongs to a sweep of another name.
  void store_plan(const Sweep& sweep, std::optional<std::int64_t> seed,
                  const std::vector<PlannedPoint>& plan);
  [[nodiscard]] std::vector<PlannedPoint> plan();
  /// By point.
  [[nodiscard]] std::vector<PointStatus> statuses();

  /// Inside a Transaction. A failed point counts as finished unless `retry_failed`.
  Claim claim(const Identity& identity, bool retry_failed);
  /// Inside a Transaction. Stores the result and lets go of the claim; a failure never replaces a result.
  void store(const Identity& identity, const PointResult& result);
  /// Lets go of all claims of this process.
  void release_claims();

 private:
  std::filesystem::path path_;
  Sqlite connection_;
  FileNumber file_;
};

}  // namespace epsim
