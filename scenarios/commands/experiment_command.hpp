// What `compare` and `run` share: from options to a result, and to files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/experiment_result.hpp"
#include "scenarios/commands/experiment_options.hpp"

namespace epsim {

/// Reads the scenario with all overrides. Throws Error (input).
[[nodiscard]] Scenario load_scenario(const ExperimentOptions& options);

/// The patterns that the command line names, each once. Throws Error (input) naming the option and the
/// nearest name.
[[nodiscard]] std::vector<PatternKind> named_patterns(const std::vector<std::string>& names,
                                                      const std::string& option);

/// Refuses what does not fit into memory and an `out` that cannot be written, then runs the experiment and
/// writes `out`: a trace per pattern, spans.csv, links.csv, critical_path.csv, waits.csv and, last,
/// result.json.
[[nodiscard]] ExperimentResult perform(const Scenario& scenario, const std::vector<PatternKind>& patterns,
                                       const ExperimentOptions& options);

/// The comparison for people, with what the options ask for beside it.
[[nodiscard]] std::string tables_of(const ExperimentResult& experiment, const ExperimentOptions& options);

/// Prints to standard output. Throws Error (simulation) when it does not all arrive.
void print(const std::string& text);

/// JSON as the commands print it.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& value);

}  // namespace epsim
