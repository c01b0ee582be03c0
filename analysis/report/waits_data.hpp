// Device by device: who waited for whom, from waits.csv.
#pragma once

#include "analysis/report/comparison_input.hpp"

namespace epsim {

/// [{pattern, phase, tick_seconds, ticks: N x N as above, -1 where nothing was sent, reasons: a digit for
/// each pair}]: how long a destination waited for a source; most of it 0: data was not there yet, 1: it was
/// queued, 2: it was moving.
[[nodiscard]] nlohmann::ordered_json waits_data(const ComparisonInput& input);

}  // namespace epsim
