// Device by device: what has to be moved, from traffic.csv.
#pragma once

#include "analysis/report/comparison_input.hpp"

namespace epsim {

/// [{phase, level, unit_bytes, pairs: N x N numbers of units by source and destination, row by row,
///   crossings: [[device, node, units]]}]: what crosses between a device and a node once for its devices.
[[nodiscard]] nlohmann::ordered_json traffic_data(const ComparisonInput& input);

}  // namespace epsim
