#include "scenarios/commands/compare.hpp"

#include <nlohmann/json.hpp>

#include "analysis/exports/result_json.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
void compare(const ExperimentOptions& options) {
  const std::vector<PatternKind> patterns =
      options.patterns.empty() ? all_pattern_kinds() : named_patterns(options.patterns, "--patterns");
  const Scenario scenario = load_scenario(options);
  const ExperimentResult experiment = perform(scenario, patterns, options);
  print(options.json ? text_of(comparison_json(experiment, resolved_json(scenario)))
                     : tables_of(experiment, options));
}

}  // namespace epsim
