// `epsim compare`: all patterns on the identical routed traffic.
#pragma once

#include "scenarios/commands/experiment_options.hpp"

namespace epsim {

/// Prints the table, or JSON. Throws Error.
void compare(const ExperimentOptions& options);

}  // namespace epsim
