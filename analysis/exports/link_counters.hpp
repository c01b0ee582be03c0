// Utilization of links over time, for the counters of a trace.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// Means in equal bins of the layer's time.
struct LinkCounter {
  std::string name;
  std::vector<double> values;
  std::string_view unit = "utilization";  ///< or "messages"
};

struct LinkCounters {
  Seconds bin_seconds = 0;
  std::vector<LinkCounter> counters;
};

/// One counter per class of links (over those of its links that carried bytes), then one for each of the
/// `links` busiest links, busiest first, then the messages in flight: issued and not delivered. The timeline
/// knows when a transfer began and ended, not its rate in between: its bytes are spread evenly from issue +
/// route latency to delivery.
[[nodiscard]] LinkCounters link_counters(const Topology& topology, const Simulation& simulation,
                                         const LayerSummary& layer, int bins, std::size_t links);

}  // namespace epsim
