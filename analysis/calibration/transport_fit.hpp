// Fits values of a transport to measured times of phases: the values for which simulated times differ least
// from them, in the sum of squared relative errors (Levenberg-Marquardt, from Eigen).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/calibration/measured_run.hpp"

namespace epsim {

/// A time to meet.
struct Measurement {
  std::size_t run = 0;  ///< its place among the runs
  Phase phase = Phase::dispatch;
  Seconds seconds = 0;
};

/// A value to fit, of all runs or of those on one device.
struct FreeValue {
  const TransportValue* value = nullptr;
  std::string device;  ///< empty: of all

  [[nodiscard]] std::string name() const;  ///< "scale_up_share of H100"
  [[nodiscard]] bool concerns(const Scenario& scenario) const;
};

struct FittedValue {
  FreeValue free;
  double number = 0;  ///< in base units
  double error = 0;   ///< one standard error, relative; 0 with no measurement to spare
  bool is_held =
      false;  ///< the measurements do not tell it (apart from the others): it kept its first number
};

struct TransportFit {
  std::vector<FittedValue> values;  ///< in the order asked for
  std::vector<Seconds> simulated;   ///< by measurement
  double mean_error = 0;            ///< of the absolute relative errors
  double largest_error = 0;
};

/// Starts from the runs' own transports; a value of 0 starts at a small one. Values that measurements do not
/// tell apart from those before them in `free` are held. `told` is called after every round of simulations.
[[nodiscard]] TransportFit fit_transport(std::span<const MeasuredRun> runs,
                                         std::span<const Measurement> measurements,
                                         std::span<const FreeValue> free,
                                         const std::function<void()>& told = {});

/// The run's transport with the fitted values that concern it.
[[nodiscard]] Transport with_values(const MeasuredRun& run, std::span<const FittedValue> values);

}  // namespace epsim
