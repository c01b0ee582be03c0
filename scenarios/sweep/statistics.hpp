// What a sweep found: mean times with confidence intervals over seeds, the best pattern of every group
// of points, and where along a swept value the best pattern changes. Everything follows from the rows of
// export.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace epsim {

/// A row that is done: what statistics read of it.
struct Sample {
  std::vector<nlohmann::json> settings;  ///< by pointer
  std::optional<std::int64_t> seed;
  std::string pattern;
  double seconds = 0;  ///< of a layer, or of all steps
};

/// A mean over seeds. With several settings in a group, a seed's figure is the mean over its settings.
struct Mean {
  double seconds = 0;
  /// Half the width of the 95 % confidence interval (Student's t over seeds); nothing with a single seed.
  std::optional<double> half_width;
  std::size_t seeds = 0;
  std::size_t points = 0;
};

struct PatternMean {
  std::string pattern;
  Mean mean;
};

/// Points that agree in the pointers grouped by.
struct GroupMeans {
  std::vector<nlohmann::json> values;  ///< by pointer grouped by
  std::vector<PatternMean> patterns;   ///< in order of appearance
  std::size_t best = 0;                ///< place of the least mean; ties to the earlier
  std::optional<std::size_t> second;   ///< place of the next
  /// Of second - best, seed by seed (common random numbers). Nothing without a second.
  std::optional<Mean> lead;
};

/// Groups in order of appearance. `columns` are places of the settings grouped by. Where a pattern lacks a
/// (setting, seed) that another has, as after a failure, neither counts it, so that means compare like with
/// like; a group without anything that all its patterns have is left out.
[[nodiscard]] std::vector<GroupMeans> group_means(const std::vector<Sample>& measurements,
                                                  const std::vector<std::size_t>& columns);

/// Between two neighbouring values of one setting, all others equal, the best pattern changes.
struct Crossover {
  std::size_t column = 0;              ///< place of the setting that varies
  std::vector<nlohmann::json> others;  ///< the group's values; null at `column`
  double below = 0;
  double above = 0;
  std::string best_below;
  std::string best_above;
  std::optional<double> at;  ///< where the two patterns' times meet, interpolated; nothing when they do not
};

/// Of settings that are numbers throughout. `groups` by all settings. The interpolation is linear in the
/// logarithms of value and time where all are positive, else in themselves.
[[nodiscard]] std::vector<Crossover> crossovers(const std::vector<GroupMeans>& groups);

/// Student's t: the factor of a two-sided 95 % interval.
[[nodiscard]] double t_quantile_975(std::size_t degrees_of_freedom);

}  // namespace epsim
