#include "analysis/waiting_notice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/cost_estimate.hpp"
#include "sim/choose_engine.hpp"

namespace epsim {

std::string waiting_notice(const Scenario& scenario, std::span<const PatternKind> patterns, int parallel) {
  constexpr Seconds long_wait = 15;
  Seconds wait = estimate_seconds(scenario, patterns) / std::max(1, parallel);
  for (const PatternKind& pattern : patterns)
    wait = std::max(wait, estimate_seconds(scenario, {&pattern, 1}));
  const bool is_long = wait > long_wait;
  const EngineKind engine = choose_engine(scenario);
  if (scenario.engine == EngineKind::automatic)
    return fmt::format("engine {}: about {}", name_of(engine), format_duration(wait));
  if (!is_long) return "";
  return fmt::format("engine {} needs about {} for this{}", name_of(engine), format_duration(wait),
                     engine == EngineKind::fluid ? "" : "; --engine fluid is faster");
}

}  // namespace epsim
