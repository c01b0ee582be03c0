// What users will want to know before they wait.
#pragma once

#include <span>
#include <string>

#include "sim/scenario.hpp"

namespace epsim {

/// The engine that was chosen, where that is left to the program, and how long the whole experiment will take
/// with `parallel` simulations at a time, where that is chosen or long. Empty: nothing worth telling.
[[nodiscard]] std::string waiting_notice(const Scenario& scenario, std::span<const PatternKind> patterns,
                                         int parallel);

}  // namespace epsim
