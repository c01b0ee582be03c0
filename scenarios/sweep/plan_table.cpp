#include "scenarios/sweep/plan_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "platforms/units.hpp"

namespace epsim {
namespace {

std::string text_of_value(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

void write_plan_table(std::ostream& out, const Sweep& sweep, const std::vector<PlannedPoint>& plan,
                      const std::vector<std::size_t>& chosen) {
  const std::vector<std::string> pointers = swept_pointers(sweep);
  out << fmt::format("{}: {} combinations, {} points\n", sweep.name, combinations(sweep), plan.size());
  double seconds = 0;
  double memory = 0;
  std::set<Identity> routings;
  for (const std::size_t i : chosen) {
    const PlannedPoint& point = plan[i];
    out << fmt::format("point {}:", i);
    const auto settings = settings_of(sweep, point.combination);
    for (std::size_t s = 0; s < pointers.size(); ++s)
      out << fmt::format(" {}={}", pointers[s], text_of_value(*settings[s]));
    if (point.error.empty())
      out << fmt::format("  {}, {}\n", format_duration(point.seconds), format_bytes(point.memory));
    else
      out << "  not a scenario: " << point.error << '\n';
    seconds += point.seconds;
    memory = std::max(memory, point.memory);
    if (point.error.empty()) routings.insert(point.routing);
  }
  out << fmt::format("{} points, {} routings; estimated: {} on one core, {} for the largest point\n",
                     chosen.size(), routings.size(), format_duration(seconds), format_bytes(memory));
}

}  // namespace epsim
