// Router scenarios and the figures that their tests compare.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/scenario.hpp"

namespace epsim {

/// `tokens`: of each rank.
[[nodiscard]] Scenario scenario_of(RoutingStrategy strategy, int experts, int top_k, std::vector<int> tokens);

/// Pearson's.
[[nodiscard]] double correlation(const std::vector<double>& a, const std::vector<double>& b);

/// Standard deviation of log(value) over the experts.
template <class Values>
[[nodiscard]] double log_deviation(const Values& values) {
  double sum = 0;
  double squares = 0;
  for (const auto value : values) {
    const double logarithm = std::log(static_cast<double>(value));
    sum += logarithm;
    squares += logarithm * logarithm;
  }
  const auto count = static_cast<double>(values.size());
  return std::sqrt(squares / count - sum / count * sum / count);
}

}  // namespace epsim
