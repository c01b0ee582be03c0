// The comparison for people: what was run, one line per pattern of the last step, and a verdict. ASCII, at
// most 120 columns for names of usual length.
#pragma once

#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// A network-only study has one time per pattern, the exchange's.
[[nodiscard]] std::string comparison_table(const ExperimentResult& experiment);

}  // namespace epsim
