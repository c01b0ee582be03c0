#include "scenarios/commands/estimate.hpp"

#include <nlohmann/json.hpp>

#include "analysis/estimate/memory_estimate.hpp"
#include "analysis/exports/estimate_text.hpp"
#include "platforms/system/machine.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {

void estimate(const ExperimentOptions& options) {
  const std::vector<PatternKind> patterns =
      options.patterns.empty() ? all_pattern_kinds() : named_patterns(options.patterns, "--patterns");
  const Scenario scenario = load_scenario(options);
  check_memory(estimate_memory_unsimulated(scenario, patterns), physical_memory());
  const EstimatedStep last = route_last_step(scenario);
  const LayerEstimate found = estimate_layer(scenario, last.cluster, last.step, patterns);
  print(options.json ? text_of(estimate_json(scenario, found, resolved_json(scenario)))
                     : estimate_table(scenario, found));
}

}  // namespace epsim
