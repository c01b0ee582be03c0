// How popular experts are, where not by the log-normal distribution of `skew` alone: drawn once from the
// scenario's seed into Workload::log_popularity, as a recording of loads would be.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

/// The expected load of each expert, relative to the others'.
///  * power_law: x = ((X^(1-alpha) - 1) u + 1)^(1/(1-alpha)), u uniform in 0..1 for each expert, X = 0.8
///  times
///    the tokens of all devices (X^u at alpha 1): a power law between 1 and X. Source: AIConfigurator, which
///    draws the loads of its measurements so.
///  * hot: `hot_experts` of them, or those of `hot_list`, get `hot_share` of all selections together, each
///    the same; the others share the rest. Which ones are hot is drawn from the seed where no list says.
/// Precondition: not log_normal.
[[nodiscard]] std::vector<double> relative_loads(const Workload& workload, int num_experts);

/// Sets workload's skew and log_popularity to what its popularity asks for; log_normal: nothing to do.
void draw_popularity(Workload& workload, int num_experts);

}  // namespace epsim
