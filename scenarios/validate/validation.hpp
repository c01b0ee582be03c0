// Published measurements beside simulated times: a case is a scenario with `published` points, simulated at
// the size of each.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/calibration/transport_fit.hpp"
#include "scenarios/reader/published_reader.hpp"

namespace epsim {

struct ValidationCase {
  std::string id;  ///< the file's name without .json
  nlohmann::json scenario;
  std::filesystem::path base_folder;
  std::vector<PublishedPoint> points;

  /// Cases with one transport are a family.
  [[nodiscard]] std::string family() const;
};

/// The cases that are built in, by name.
[[nodiscard]] std::vector<ValidationCase> built_in_cases();
/// A case that is built in, or a file. Throws Error (input).
[[nodiscard]] ValidationCase find_case(const std::string& name);

/// One published time and its simulated one.
struct Comparison {
  std::string id;
  std::string family;
  std::string phase;  ///< dispatch, combine, layer (skewed), balanced_layer
  std::optional<std::int64_t> tokens_per_device;
  std::optional<std::int64_t> expert_parallel_size;
  std::optional<Bytes> bytes_per_rank;
  Seconds published = 0;
  Seconds simulated = 0;
  bool counted = true;
  /// Of layers that were measured with a balanced router too: how much longer the skewed one took.
  std::optional<double> published_ratio;
  std::optional<double> simulated_ratio;

  [[nodiscard]] double error() const { return simulated / published - 1; }
  [[nodiscard]] std::optional<double> ratio_error() const;
};

/// Draws of a skewed router whose mean is held against a measured one.
inline constexpr int skew_seeds = 8;

/// Simulates every point of the case; `told` is called before each. `values`: of the family's transport, in
/// place of the scenario's own.
[[nodiscard]] std::vector<Comparison> compare_with_published(const ValidationCase& one,
                                                             std::span<const FittedValue> values = {},
                                                             const std::function<void()>& told = {});

/// Fits the values that the family's transport states to the counted phases of cases of one family.
[[nodiscard]] TransportFit fit_family(std::span<const ValidationCase> cases,
                                      const std::function<void()>& told = {});

/// Mean and largest absolute relative error over what is counted.
struct ErrorSummary {
  std::string name;  ///< of the case or family
  int times = 0;
  double mean = 0;
  double largest = 0;
};
[[nodiscard]] std::vector<ErrorSummary> errors_of_cases(std::span<const Comparison> comparisons);
/// By family, in order of appearance, and "all" as the last.
[[nodiscard]] std::vector<ErrorSummary> errors_of_families(std::span<const Comparison> comparisons);

}  // namespace epsim
