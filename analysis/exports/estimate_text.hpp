// Estimates for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/estimate/estimate.hpp"

namespace epsim {

[[nodiscard]] std::string estimate_table(const Scenario& scenario, const LayerEstimate& estimate);

/// {scenario, resolved_scenario, version, estimated_over_simulated {low, high}, lower_bound
/// {dispatch_seconds, expert_seconds, combine_seconds, layer_seconds}, patterns [{pattern, dispatch_seconds,
/// expert_seconds, combine_seconds, layer_seconds, messages}]}
[[nodiscard]] nlohmann::ordered_json estimate_json(const Scenario& scenario, const LayerEstimate& estimate,
                                                   const nlohmann::ordered_json& resolved_scenario);

}  // namespace epsim
