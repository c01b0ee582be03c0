// The critical paths and the wait maps as tables; column by column in README.md.
#pragma once

#include <iosfwd>

#include "analysis/experiment_result.hpp"

namespace epsim {

void write_critical_path_csv(std::ostream& out, const ExperimentResult& experiment);
void write_waits_csv(std::ostream& out, const ExperimentResult& experiment);

}  // namespace epsim
