#include "analysis/estimate/waiting_notice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/estimate/cost_estimate.hpp"
#include "sim/choose_engine.hpp"

namespace epsim {

std::string waiting_notice(const Scenario& scenario, std::span<const PatternKind> patterns, int parallel) {
  constexpr Seconds long_wait = 10;
  Seconds wait = estimate_seconds(scenario, patterns) / std::max(1, parallel);
  for (const PatternKind& pattern : patterns)
    wait = std::max(wait, estimate_seconds(scenario, {&pattern, 1}));
  const bool is_long = wait > long_wait;
  const EngineKind engine = choose_engine(scenario);
  if (scenario.engine == EngineKind::automatic)
    return fmt::format("engine {}: {}", name_of(engine),
                       wait < 1 ? "less than a second" : "about " + format_wait(wait));
  if (!is_long) return "";
  return fmt::format("engine {} needs about {} for this{}", name_of(engine), format_wait(wait),
                     engine == EngineKind::fluid ? "" : "; --engine fluid is faster");
}

std::string time_left(Seconds elapsed, double part) {
  if (elapsed < 2 || part < 0.02) return "";
  return fmt::format(", about {} left", format_wait(elapsed * (1 - part) / part));
}

std::string activity_text(const Activity& activity, const Scenario& scenario, std::size_t patterns) {
  const int steps = scenario.workload.steps;
  const std::string place = steps > 1 ? fmt::format("step {}/{}: ", activity.step + 1, steps) : "";
  switch (activity.kind) {
    case Activity::Kind::routing:
      return place + "routing";
    case Activity::Kind::moving_experts:
      return place + "moving experts";
    case Activity::Kind::simulating:
      break;
  }
  const std::string doing =
      fmt::format("{}simulating {} pattern{}", place, patterns, patterns == 1 ? "" : "s");
  if (!activity.done) return doing;
  return fmt::format("{}, {:.0f} % of the bytes{}", doing, 100 * *activity.done,
                     time_left(activity.elapsed, *activity.done));
}

std::string format_wait(Seconds wait) {
  constexpr Seconds minute = 60;
  constexpr Seconds hour = 3600;
  if (wait < 2 * minute) return fmt::format("{:.0f} s", std::ceil(wait));
  return wait < 2 * hour ? fmt::format("{:.0f} min", wait / minute) : fmt::format("{:.1f} h", wait / hour);
}

}  // namespace epsim
