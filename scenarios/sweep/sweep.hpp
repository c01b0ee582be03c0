// A sweep: a base scenario and the values to try in it. Start here: read_sweep (sweep_reader) makes a Sweep
// from a file, plan_points (plan) lists its points, run_sweep (runner) runs what is missing into a
// SweepDatabase, and export, statistics and show read the database.
//
// Axes: the pointers of `grid` in alphabetical order, then `zip`, then `seeds`. A combination is a number in
// 0 .. combinations - 1 in which the last axis varies fastest. Points are the combinations that `where`
// keeps, numbered from 0 in the same order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scenarios/sweep/where.hpp"
#include "sim/scenario.hpp"

namespace epsim {

inline constexpr std::string_view seed_pointer = "/workload/seed";

/// Pointers that take their values together. `grid` gives one pointer per axis, `zip` one axis in all.
struct Axis {
  std::vector<std::string> pointers;
  std::vector<std::vector<nlohmann::json>> values;  ///< [value][pointer]
};

struct Sweep {
  std::string name;
  std::string question;                        ///< what the sweep is for; may be empty
  std::string expect;                          ///< what it should show; may be empty
  std::shared_ptr<const nlohmann::json> base;  ///< the base scenario as it was written, with all overrides
  std::filesystem::path base_folder;
  std::string base_name;   ///< of a base scenario without a name
  std::vector<Axis> axes;  ///< never empty of values
  int seeds = 1;           ///< with more than 1 the last axis is seed_pointer
  std::vector<WhereClause> where;
  std::vector<PatternKind> patterns;  ///< empty: every point's own communication_pattern
};

/// The size of the cross product; at most UINT64_MAX.
[[nodiscard]] std::uint64_t combinations(const Sweep& sweep);

/// All swept pointers, axis by axis.
[[nodiscard]] std::vector<std::string> swept_pointers(const Sweep& sweep);

/// The value of each swept pointer, in the order of swept_pointers. References into the sweep.
[[nodiscard]] std::vector<const nlohmann::json*> settings_of(const Sweep& sweep, std::uint64_t combination);

/// The scenario of a combination. Throws Error (input) when the values do not fit together.
[[nodiscard]] Scenario scenario_of(const Sweep& sweep, std::uint64_t combination);

/// The patterns that run at a point with this scenario.
[[nodiscard]] std::vector<PatternKind> patterns_of(const Sweep& sweep, const Scenario& scenario);

}  // namespace epsim
