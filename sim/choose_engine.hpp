// Which engine runs a scenario, and how exactly.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

/// One engine for all of a scenario's steps and patterns, whichever of them are asked for, so that
/// differences are theirs. `automatic`: SimGrid where it needs less than about 2 s for each of the patterns
/// there are, else the fluid engine.
[[nodiscard]] EngineKind choose_engine(const Scenario& scenario);

/// The allowance with which the pattern runs: 0 (exact) on SimGrid and wherever the fluid engine needs no
/// more than about 10 s to be exact or the pattern's window is at most 8, else the scenario's resolution.
[[nodiscard]] double choose_allowance(const Scenario& scenario, PatternKind pattern);

}  // namespace epsim
