#include "sim/choose_engine.hpp"

#include <algorithm>

#include "sim/engine/engine_cost.hpp"
#include "sim/experiment_size.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {

EngineKind choose_engine(const Scenario& scenario) {
  if (scenario.engine != EngineKind::automatic) return scenario.engine;
  constexpr Seconds long_wait = 2;
  Seconds longest = 0;
  for (const PatternKind kind : all_pattern_kinds())
    longest = std::max(longest, engine_seconds(EngineKind::simgrid, 0, engine_load(scenario, kind)));
  return longest > long_wait ? EngineKind::fluid : EngineKind::simgrid;
}

double choose_allowance(const Scenario& scenario, PatternKind pattern) {
  if (choose_engine(scenario) == EngineKind::simgrid) return 0;
  return fluid_allowance(scenario.resolution, engine_load(scenario, pattern));
}

}  // namespace epsim
