// The comparison in one sentence.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// Index of the pattern with the shortest layer in the last step; ties go to the earlier one.
[[nodiscard]] std::size_t fastest_pattern(const ExperimentResult& experiment);

/// Which pattern is fastest, by how much, what limits it and how far it is from ideal, in the last step.
[[nodiscard]] std::string verdict(const ExperimentResult& experiment);

}  // namespace epsim
