// From a scenario file to a validated Scenario:
//   load_json_object -> apply_override for each --set -> parse_scenario
// parse_scenario finds all faults of a file at once; each names its JSON pointer, what was found and what is
// allowed. Every default is filled in, so a Scenario that comes out is complete and cannot be invalid.
// The format is described by scenarios/scenario.schema.json.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "scenarios/reader/json_file.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Paths in the file are relative to `base_folder`. `default_name` names a scenario that has no name itself.
/// Throws Error (input) with all problems.
[[nodiscard]] Scenario parse_scenario(const nlohmann::json& document,
                                      const std::filesystem::path& base_folder,
                                      std::string_view default_name = "");

/// The scenario with everything filled in, times in seconds, rates per second. parse_scenario makes the same
/// Scenario from it. (scenario_writer.cpp)
[[nodiscard]] nlohmann::ordered_json resolved_json(const Scenario& scenario);

}  // namespace epsim
