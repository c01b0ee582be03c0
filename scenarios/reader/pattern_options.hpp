// The options and transports of the patterns in a scenario, by what the patterns tell about them
// (sim/patterns/option.hpp).
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "platforms/platform.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// An object of one object per pattern: its options, and maybe a `transport` of its own. What is missing is
/// as the pattern's transport says, else as by default. Precondition: the scenario's transport is read.
/// `platform`: as in read_transport.
void read_patterns(JsonObject object, const PlatformSpec* platform, const std::filesystem::path& base_folder,
                   Scenario& scenario);

/// All options of all patterns, in the order in which the patterns tell them.
[[nodiscard]] nlohmann::ordered_json patterns_json(const Scenario& scenario);

}  // namespace epsim
