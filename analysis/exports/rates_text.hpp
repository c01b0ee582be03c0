// The rates of the last step's exchanges, for people.
#pragma once

#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// A line per pattern and phase: logical and physical bytes of all devices, and the rates of rates.hpp.
[[nodiscard]] std::string rates_table(const ExperimentResult& experiment);

}  // namespace epsim
