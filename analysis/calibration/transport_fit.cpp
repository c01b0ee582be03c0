#include "analysis/calibration/transport_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>
#include <unsupported/Eigen/NonLinearOptimization>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

using Vector = Eigen::VectorXd;
using Table = Eigen::MatrixXd;

/// Where a value starts that nobody has said.
double first_number(const TransportValue& value) {
  switch (value.unit) {
    case TransportValue::Unit::duration:
      return 1e-6;
    case TransportValue::Unit::bytes:
      return 1e4;
    default:
      return 0.5;
  }
}

/// What the first run says that the value concerns.
double stated_in(const FreeValue& free, std::span<const MeasuredRun> runs) {
  for (const MeasuredRun& run : runs)
    if (free.concerns(run.scenario())) return free.value->get(run.transport()).value_or(0);
  return 0;
}

double start_of(const FreeValue& free, std::span<const MeasuredRun> runs) {
  const double stated = stated_in(free, runs);
  return stated > 0 ? stated : first_number(*free.value);
}

Seconds time_of(const PhaseTimes& times, Phase phase) {
  return phase == Phase::combine ? times.combine : times.dispatch;
}

/// Relative errors as a function of the logarithms of the free values: values stay above 0, and steps are
/// relative. In the form that Eigen asks for.
class Errors {
 public:
  Errors(std::span<const MeasuredRun> runs, std::span<const Measurement> measurements,
         std::vector<FittedValue> values, const std::function<void()>& told)
      : runs_(runs), measurements_(measurements), values_(std::move(values)), told_(told) {}

  [[nodiscard]] int values() const { return static_cast<int>(measurements_.size()); }
  [[nodiscard]] int inputs() const { return static_cast<int>(values_.size()); }

  int operator()(const Vector& logs, Vector& errors) const {
    const std::vector<Seconds> simulated = simulate(at_logs(logs), nullptr, {});
    for (std::size_t m = 0; m < simulated.size(); ++m)
      errors[static_cast<Eigen::Index>(m)] = simulated[m] / measurements_[m].seconds - 1;
    if (told_) told_();
    return 0;
  }

  int df(const Vector& logs, Table& jacobian) const {
    // Not too small: with a window, small differences make times jump a little.
    constexpr double step = 0.01;
    const std::vector<Seconds> here = simulate(at_logs(logs), nullptr, {});
    for (int j = 0; j < inputs(); ++j) {
      Vector moved = logs;
      moved[j] += step;
      const std::vector<Seconds> there = simulate(at_logs(moved), &values_[at(j)].free, here);
      for (std::size_t m = 0; m < here.size(); ++m)
        jacobian(static_cast<Eigen::Index>(m), j) = (there[m] - here[m]) / measurements_[m].seconds / step;
    }
    if (told_) told_();
    return 0;
  }

  /// No value leaves the range that can be simulated, wherever absurd measurements drive it.
  [[nodiscard]] std::vector<FittedValue> at_logs(const Vector& logs) const {
    constexpr double farthest = 14;  // a factor of a million, each way
    std::vector<FittedValue> values = values_;
    for (std::size_t j = 0; j < values.size(); ++j) {
      const double first = std::log(values_[j].number);
      values[j].number =
          std::exp(std::clamp(logs[static_cast<Eigen::Index>(j)], first - farthest, first + farthest));
    }
    return values;
  }

  /// `only`: runs that this value does not concern keep their times of `before`.
  [[nodiscard]] std::vector<Seconds> simulate(const std::vector<FittedValue>& values, const FreeValue* only,
                                              const std::vector<Seconds>& before) const {
    std::vector<std::optional<PhaseTimes>> of_run(runs_.size());
    std::vector<Seconds> times;
    for (std::size_t m = 0; m < measurements_.size(); ++m) {
      const Measurement& one = measurements_[m];
      const MeasuredRun& run = runs_[one.run];
      if (only && !only->concerns(run.scenario())) {
        times.push_back(before[m]);
        continue;
      }
      if (!of_run[one.run]) of_run[one.run] = run.simulate(with_values(run, values));
      times.push_back(time_of(*of_run[one.run], one.phase));
    }
    return times;
  }

 private:
  std::span<const MeasuredRun> runs_;
  std::span<const Measurement> measurements_;
  std::vector<FittedValue> values_;
  const std::function<void()>& told_;
};

Vector logs_of(const std::vector<FittedValue>& values) {
  Vector logs(static_cast<Eigen::Index>(values.size()));
  for (std::size_t j = 0; j < values.size(); ++j)
    logs[static_cast<Eigen::Index>(j)] = std::log(values[j].number);
  return logs;
}

/// Which columns of the Jacobian no combination of those before them makes, but for noise.
std::vector<bool> told_apart(const Table& jacobian) {
  constexpr double least_part = 0.1;  // of a column that has to be its own
  std::vector<bool> is_told;
  Table kept(jacobian.rows(), 0);
  for (Eigen::Index j = 0; j < jacobian.cols(); ++j) {
    const Vector column = jacobian.col(j);
    Vector rest = column;
    if (kept.cols() > 0) rest -= kept * kept.colPivHouseholderQr().solve(column);
    const bool matters = column.norm() > 1e-6;
    const bool is_own = matters && kept.cols() < jacobian.rows() && rest.norm() > least_part * column.norm();
    is_told.push_back(is_own);
    if (!is_own) continue;
    kept.conservativeResize(Eigen::NoChange, kept.cols() + 1);
    kept.col(kept.cols() - 1) = column;
  }
  return is_told;
}

/// One standard error of each logarithm: sqrt(variance of the errors * diagonal of (J^T J)^-1).
Vector standard_errors(const Table& jacobian, const Vector& errors) {
  const Eigen::Index spare = jacobian.rows() - jacobian.cols();
  if (spare <= 0) return Vector::Zero(jacobian.cols());
  const double variance = errors.squaredNorm() / static_cast<double>(spare);
  const Table normal = jacobian.transpose() * jacobian;
  const Table inverse = normal.colPivHouseholderQr().solve(Table::Identity(normal.rows(), normal.cols()));
  return (variance * inverse.diagonal().cwiseMax(0)).cwiseSqrt();
}

/// Minimizes from where the values are; sets their standard errors.
void minimize(std::span<const MeasuredRun> runs, std::span<const Measurement> measurements,
              std::vector<FittedValue>& values, const std::function<void()>& told) {
  if (values.empty()) return;
  Errors errors(runs, measurements, values, told);
  Vector logs = logs_of(values);
  Eigen::LevenbergMarquardt<Errors> solver(errors);
  solver.parameters.ftol = solver.parameters.xtol = 1e-5;
  solver.parameters.maxfev = 40;
  solver.parameters.factor = 1;  // no step beyond a factor of e, more or less
  solver.minimize(logs);
  Table jacobian(errors.values(), errors.inputs());
  Vector left(errors.values());
  errors(logs, left);
  errors.df(logs, jacobian);
  const Vector deviations = standard_errors(jacobian, left);
  values = errors.at_logs(logs);
  for (std::size_t j = 0; j < values.size(); ++j) values[j].error = deviations[static_cast<Eigen::Index>(j)];
}

}  // namespace

std::string FreeValue::name() const {
  return device.empty() ? value->name() : fmt::format("{} of {}", value->name(), device);
}

bool FreeValue::concerns(const Scenario& scenario) const {
  return device.empty() || device == scenario.platform.device.name;
}

Transport with_values(const MeasuredRun& run, std::span<const FittedValue> values) {
  Transport transport = run.transport();
  for (const FittedValue& one : values)
    if (!one.is_held && one.free.concerns(run.scenario())) one.free.value->set(transport, one.number);
  return transport;
}

TransportFit fit_transport(std::span<const MeasuredRun> runs, std::span<const Measurement> measurements,
                           std::span<const FreeValue> free, const std::function<void()>& told) {
  std::vector<FittedValue> first;
  for (const FreeValue& one : free) first.push_back({one, start_of(one, runs)});
  Errors all(runs, measurements, first, told);
  Table jacobian(all.values(), all.inputs());
  all.df(logs_of(first), jacobian);
  const std::vector<bool> is_told = told_apart(jacobian);
  std::vector<FittedValue> fitted;
  for (std::size_t j = 0; j < first.size(); ++j)
    if (is_told[j]) fitted.push_back(first[j]);
  minimize(runs, measurements, fitted, told);

  TransportFit result;
  for (std::size_t j = 0, next = 0; j < first.size(); ++j) {
    result.values.push_back(is_told[j] ? fitted[next++] : first[j]);
    if (is_told[j]) continue;
    result.values.back().is_held = true;
    result.values.back().number = stated_in(free[j], runs);
  }
  result.simulated = all.simulate(result.values, nullptr, {});
  for (std::size_t m = 0; m < measurements.size(); ++m) {
    const double error = std::abs(result.simulated[m] / measurements[m].seconds - 1);
    result.mean_error += error / static_cast<double>(measurements.size());
    result.largest_error = std::max(result.largest_error, error);
  }
  return result;
}

}  // namespace epsim
