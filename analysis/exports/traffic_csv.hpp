// What has to be moved, whatever the pattern: bytes from device to device at each deduplication level.
// Columns: README.md of this folder.
#pragma once

#include <iosfwd>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// Of the last step. Pairs without bytes have no row, nor has what stays on its device.
void write_traffic_csv(std::ostream& out, const ExperimentResult& experiment);

}  // namespace epsim
