// Results as JSON. Keys and their meanings: README.md of this folder. Seconds and bytes.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// One pattern's run. `resolved` is the scenario with all defaults filled in.
[[nodiscard]] nlohmann::ordered_json run_json(const ExperimentResult& experiment, std::size_t pattern,
                                              const nlohmann::ordered_json& resolved);

/// {"scenario", "patterns": one run object each, "verdict"}
[[nodiscard]] nlohmann::ordered_json comparison_json(const ExperimentResult& experiment,
                                                     const nlohmann::ordered_json& resolved);

}  // namespace epsim
