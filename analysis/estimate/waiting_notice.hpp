// What users will want to know before they wait.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "sim/experiment.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// The engine that was chosen, where that is left to the program, and how long the whole experiment will take
/// with `parallel` simulations at a time, where that is chosen or long. Empty: nothing worth telling.
[[nodiscard]] std::string waiting_notice(const Scenario& scenario, std::span<const PatternKind> patterns,
                                         int parallel);

/// ", about 3 min left" after `elapsed` for the part (0 to 1) that is done, as if the rest went as fast;
/// nothing before that can be told.
[[nodiscard]] std::string time_left(Seconds elapsed, double part);

/// What an experiment is doing, in a line: "step 2/5: simulating 4 patterns, 37 % of the bytes delivered,
/// about 3 min left".
[[nodiscard]] std::string activity_text(const Activity& activity, const Scenario& scenario,
                                        std::size_t patterns);

/// "40 s", "3 min", "2.5 h": no finer than an estimate is.
[[nodiscard]] std::string format_wait(Seconds wait);

}  // namespace epsim
