// The options of the patterns that ran, in words.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// A pattern's options with more than one value, as it ran: "algorithm direct, window 8, deduplicate none".
/// Those without effect there are left out.
[[nodiscard]] std::string options_text(const ExperimentResult& experiment, std::size_t pattern);

/// What could have been set otherwise for the patterns that ran, and may turn a comparison: "all_to_all with
/// algorithm pairwise; another window". Empty where nothing could.
[[nodiscard]] std::string untried_options(const ExperimentResult& experiment);

}  // namespace epsim
