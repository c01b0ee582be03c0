#include "analysis/fit.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/random.hpp"

namespace epsim {
namespace {

struct LogLoads {
  std::vector<double> centred;  ///< per expert, mean 0
  double variance = 0;          ///< without the counting noise, at least 0
};

LogLoads log_loads(std::span<const double> loads, bool counted) {
  LogLoads result;
  double noise = 0;
  double mean = 0;
  // What was never chosen counts as half of the least there is, so that the scale of the loads does not
  // matter.
  double least = counted ? 1 : *std::ranges::max_element(loads);
  for (const double load : loads)
    if (load > 0) least = std::min(least, load);
  for (const double load : loads) {
    const double positive = load > 0 ? load : least > 0 ? least / 2 : 1;
    if (counted) noise += 1 / positive;
    result.centred.push_back(portable_log(positive));
    mean += result.centred.back();
  }
  const auto count = static_cast<double>(loads.size());
  double squares = 0;
  for (double& value : result.centred) {
    value -= mean / count;
    squares += value * value;
  }
  result.variance = std::max(0.0, (squares - noise) / count);
  return result;
}

double covariance(const LogLoads& a, const LogLoads& b) {
  double sum = 0;
  for (std::size_t e = 0; e < a.centred.size(); ++e) sum += a.centred[e] * b.centred[e];
  return sum / static_cast<double>(a.centred.size());
}

}  // namespace

Fit fit_loads(const Matrix<double>& loads, bool counted) {
  std::vector<LogLoads> steps;
  double variance = 0;
  for (int step = 0; step < loads.rows(); ++step) {
    steps.push_back(log_loads(loads.row(step), counted));
    variance += steps.back().variance;
  }
  Fit fit{std::sqrt(variance / loads.rows()), std::nullopt};
  if (steps.size() < 2) return fit;
  double sum = 0;
  for (std::size_t step = 1; step < steps.size(); ++step) {
    const double scale = std::sqrt(steps[step - 1].variance * steps[step].variance);
    sum += scale > 0 ? std::clamp(covariance(steps[step - 1], steps[step]) / scale, -1.0, 1.0) : 1;
  }
  const double correlation = std::clamp(sum / static_cast<double>(steps.size() - 1), 0.0, 1.0);
  fit.drift = std::sqrt(1 - correlation * correlation);
  return fit;
}

}  // namespace epsim
