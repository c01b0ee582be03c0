#include "scenarios/sweep/sweep.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {

std::uint64_t combinations(const Sweep& sweep) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t product = 1;
  for (const Axis& axis : sweep.axes) {
    const std::uint64_t count = axis.values.size();
    if (count > 0 && product > most / count) return most;
    product *= count;
  }
  return product;
}

std::vector<std::string> swept_pointers(const Sweep& sweep) {
  std::vector<std::string> pointers;
  for (const Axis& axis : sweep.axes)
    pointers.insert(pointers.end(), axis.pointers.begin(), axis.pointers.end());
  return pointers;
}

std::vector<const nlohmann::json*> settings_of(const Sweep& sweep, std::uint64_t combination) {
  std::vector<const nlohmann::json*> settings;
  for (auto axis = sweep.axes.rbegin(); axis != sweep.axes.rend(); ++axis) {
    const auto& values = axis->values[combination % axis->values.size()];
    combination /= axis->values.size();
    for (auto value = values.rbegin(); value != values.rend(); ++value) settings.push_back(&*value);
  }
  std::reverse(settings.begin(), settings.end());
  return settings;
}

Scenario scenario_of(const Sweep& sweep, std::uint64_t combination) {
  const std::vector<std::string> pointers = swept_pointers(sweep);
  const std::vector<const nlohmann::json*> settings = settings_of(sweep, combination);
  std::vector<std::pair<std::string_view, const nlohmann::json*>> ordered;
  for (std::size_t i = 0; i < pointers.size(); ++i) ordered.emplace_back(pointers[i], settings[i]);
  std::sort(ordered.begin(), ordered.end());  // "/platform" before "/platform/nodes"
  nlohmann::json document = *sweep.base;
  for (const auto& [pointer, value] : ordered) set_value(document, pointer, *value, pointer);
  return parse_scenario(document, sweep.base_folder, sweep.base_name);
}

std::vector<PatternKind> patterns_of(const Sweep& sweep, const Scenario& scenario) {
  if (!sweep.patterns.empty()) return sweep.patterns;
  return {scenario.expert_parallel.communication_pattern};
}

}  // namespace epsim
