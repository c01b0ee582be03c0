// The size of an experiment (sim/patterns/size.hpp), and what its patterns ask of an engine.
#pragma once

#include "sim/engine/engine_cost.hpp"
#include "sim/patterns/size.hpp"
#include "sim/scenario.hpp"

namespace epsim {

[[nodiscard]] ExperimentSize size_of(const Scenario& scenario);

/// What the pattern's layer asks of an engine.
[[nodiscard]] EngineLoad engine_load(const Scenario& scenario, PatternKind kind);

}  // namespace epsim
