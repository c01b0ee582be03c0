// What a run says: per pattern and step the times, bytes, loads, bounds and the busiest link. Seconds and
// bytes.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/bounds.hpp"
#include "analysis/link_use.hpp"
#include "platforms/indexing.hpp"
#include "sim/simulate.hpp"

namespace epsim {

struct PhaseSummary {
  Seconds seconds = 0;  ///< from when its first operation may start to its last end, over all devices
  Bytes bytes = 0;      ///< over transfers, a forwarded byte each time
  Bytes scale_up_bytes = 0;
  Bytes scale_out_bytes = 0;
  std::int64_t messages = 0;
  Seconds lower_bound_seconds = 0;
};

/// Loads of one step; the same for every pattern.
struct LoadSummary {
  std::int64_t tokens = 0;                 ///< of all ranks
  std::vector<std::int64_t> expert_loads;  ///< delivered selections per expert
  std::vector<std::int64_t> device_loads;  ///< per rank
  double max_over_mean = 1;                ///< over devices
  double coefficient_of_variation = 0;
  double expert_max_over_mean = 1;
  double expert_coefficient_of_variation = 0;
  double expert_load_variance = 0;
  std::int64_t dropped_selections = 0;
  std::int64_t uncovered_tokens = 0;
  std::optional<double> auxiliary_loss;
  std::optional<std::int64_t> capacity;
  // The ledger: made = delivered + dropped, for each expert and each source rank.
  std::int64_t selections = 0;                  ///< made, before dropping
  std::vector<std::int64_t> expert_selections;  ///< made, per expert
  std::vector<std::int64_t> source_selections;  ///< made, per source rank
  std::vector<std::int64_t> source_dropped;     ///< dropped, per source rank
};

struct LayerSummary {
  Seconds layer_seconds = 0;
  std::array<PhaseSummary, phase_count> phases;  ///< by Phase
  Seconds lower_bound_seconds = 0;
  double communication_efficiency = 1;        ///< (dispatch + combine bounds) / (their seconds), 0..1
  Seconds exposed_communication_seconds = 0;  ///< layer_seconds - the busiest device's computation
  std::vector<LinkUse> links;                 ///< links that carried bytes, by link id
  std::optional<LinkUse> busiest_link;        ///< highest utilization; ties to the lower id
  std::optional<CapUse> busiest_cap;          ///< where the transport caps what a device moves

  [[nodiscard]] const PhaseSummary& phase(Phase p) const { return phases[at(p)]; }
};

/// From when the first operation of each phase may start to its last end, over all devices, by Phase.
[[nodiscard]] std::array<Seconds, phase_count> phase_seconds(const Schedule& schedule,
                                                             const Timeline& timeline);
/// `load` is empty for direct traffic.
[[nodiscard]] std::optional<LoadSummary> summarize_load(const RoutedStep& step);
[[nodiscard]] LayerSummary summarize(const Cluster& cluster, const LowerBounds& bounds,
                                     const Simulation& simulation);

}  // namespace epsim
