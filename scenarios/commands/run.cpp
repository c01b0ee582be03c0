#include "scenarios/commands/run.hpp"

#include <nlohmann/json.hpp>

#include "analysis/exports/result_json.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {

void run(const ExperimentOptions& options) {
  std::vector<PatternKind> patterns = named_patterns(options.patterns, "--pattern");
  const Scenario scenario = load_scenario(options);
  if (patterns.empty()) patterns = {scenario.expert_parallel.communication_pattern};
  const ExperimentResult experiment = perform(scenario, patterns, options);
  print(options.json ? text_of(run_json(experiment, 0, resolved_json(scenario)))
                     : tables_of(experiment, options));
}

}  // namespace epsim
