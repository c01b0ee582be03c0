// `epsim run`: one pattern.
#pragma once

#include "scenarios/commands/experiment_options.hpp"

namespace epsim {

/// Prints the table, or the run's JSON object. Throws Error.
void run(const ExperimentOptions& options);

}  // namespace epsim
