#include "sim/choose_engine.hpp"

#include <algorithm>

#include "sim/engine/engine_cost.hpp"
#include "sim/experiment_size.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {

EngineChoice choose_engine(const Scenario& scenario) {
  if (scenario.engine == EngineKind::simgrid) return {EngineKind::simgrid, 0};
  if (scenario.engine == EngineKind::fluid) return {EngineKind::fluid, scenario.resolution};
  constexpr Seconds long_wait = 2;
  Seconds longest = 0;
  for (const Pattern& pattern : all_patterns())
    longest = std::max(longest, engine_seconds(EngineKind::simgrid, 0, engine_load(scenario, pattern.kind)));
  return {longest > long_wait ? EngineKind::fluid : EngineKind::simgrid, 0};
}

}  // namespace epsim
