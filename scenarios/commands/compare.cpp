#include "scenarios/commands/compare.hpp"

#include <nlohmann/json.hpp>

#include "analysis/result_json.hpp"
#include "analysis/table.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

std::vector<PatternKind> every_pattern() {
  std::vector<PatternKind> kinds;
  for (const Pattern& one : all_patterns()) kinds.push_back(one.kind);
  return kinds;
}

}  // namespace

void compare(const ExperimentOptions& options) {
  const std::vector<PatternKind> patterns =
      options.patterns.empty() ? every_pattern() : named_patterns(options.patterns, "--patterns");
  const Scenario scenario = load_scenario(options);
  const ExperimentResult experiment = perform(scenario, patterns, options);
  print(options.json ? text_of(comparison_json(experiment, resolved_json(scenario)))
                     : comparison_table(experiment));
}

}  // namespace epsim
