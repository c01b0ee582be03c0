// The network and how it was used, from topology.csv, links.csv and link_use.csv.
#pragma once

#include "analysis/report/comparison_input.hpp"

namespace epsim {

/// {vertices: [[name, device or null, node or null]], links: [[from, to, class, bandwidth, latency]],
///  use: [{utilization, bytes}] by pattern, each by link, 0 where nothing passed}.
[[nodiscard]] nlohmann::ordered_json network_data(const ComparisonInput& input);

/// [{bin_seconds, counters: [{name, unit, values}]}] by pattern.
[[nodiscard]] nlohmann::ordered_json link_use_data(const ComparisonInput& input);

}  // namespace epsim
