// Which engine runs a scenario.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

struct EngineChoice {
  EngineKind engine;      ///< simgrid or fluid
  double resolution = 0;  ///< of the fluid engine, relative; 0: exact
};

/// One engine for all of a scenario's steps and patterns, whichever of them are asked for, so that
/// differences are theirs. `automatic`: SimGrid where it needs less than about 2 s for each of the patterns
/// there are, else the fluid engine at resolution 0.
[[nodiscard]] EngineChoice choose_engine(const Scenario& scenario);

}  // namespace epsim
