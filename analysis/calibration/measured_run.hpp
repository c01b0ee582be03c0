// A scenario that somebody has measured: routed once, and simulated as often as a transport's values change.
#pragma once

#include <memory>
#include <optional>

#include "sim/simulate.hpp"

namespace epsim {

/// What one pattern's layer takes.
struct PhaseTimes {
  Seconds dispatch = 0;
  Seconds combine = 0;
  Seconds layer = 0;
  Bytes dispatch_bytes = 0;  ///< over transfers, a forwarded byte each time
};

/// The first step of the scenario's own pattern.
class MeasuredRun {
 public:
  explicit MeasuredRun(Scenario scenario);

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] PatternKind pattern() const { return scenario_.expert_parallel.communication_pattern; }
  [[nodiscard]] const Transport& transport() const { return scenario_.transport_of(pattern()); }
  /// With the scenario's transport, or with another, whose shares may be above 1 while a fit looks for them;
  /// windows and chunks stay as they are.
  [[nodiscard]] PhaseTimes simulate() const { return simulate(transport()); }
  [[nodiscard]] PhaseTimes simulate(const Transport& transport) const;

 private:
  Scenario scenario_;
  Cluster cluster_;
  RoutedStep step_;
};

}  // namespace epsim
