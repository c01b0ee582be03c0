// Which synthetic workload a recorded one looks like.
#pragma once

#include <optional>

#include "sim/matrix.hpp"

namespace epsim {

struct Fit {
  /// Standard deviation of the log loads over the experts, the root of the mean over steps, without what
  /// counting adds: a load of n selections has a log variance of 1 / n by chance (Poisson).
  double skew = 0;
  /// From the correlation r of the log loads of consecutive steps, freed from the same noise: sqrt(1 - r^2),
  /// r the mean over pairs, between 0 and 1. Empty with fewer than two steps.
  std::optional<double> drift;
};

/// loads[step][expert] in selections; experts without any count as half a one.
/// `counted`: false for loads in other units, which then have no counting noise.
[[nodiscard]] Fit fit_loads(const Matrix<double>& loads, bool counted);

}  // namespace epsim
