// Whether what was simulated lies where its transports were held against measurements.
#pragma once

#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// A sentence that names the transports outside of their validated range, with that range, or that were never
/// validated; empty where there are none. `ideal` costs nothing and so has nothing to validate.
[[nodiscard]] std::string validity(const ExperimentResult& experiment);

/// Whether a pattern's run lies where its transport was held against measurements; false where it never was.
[[nodiscard]] bool is_validated(const ExperimentResult& experiment, std::size_t pattern);

}  // namespace epsim
