// `epsim estimate`: closed forms instead of a simulation.
#pragma once

#include "scenarios/commands/experiment_options.hpp"

namespace epsim {

/// Prints the table, or JSON; of the options scenario, patterns, overrides and json are read. Throws Error
/// (input).
void estimate(const ExperimentOptions& options);

}  // namespace epsim
