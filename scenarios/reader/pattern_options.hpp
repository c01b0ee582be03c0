// The options of the patterns in a scenario, by what the patterns tell about them (sim/patterns/option.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/reader/json_reader.hpp"
#include "sim/pattern_options.hpp"

namespace epsim {

/// An object of one object per pattern; what is missing stays as it is by default.
[[nodiscard]] PatternOptions read_pattern_options(JsonObject object);

/// All options of all patterns, in the order in which the patterns tell them.
[[nodiscard]] nlohmann::ordered_json pattern_options_json(const PatternOptions& options);

}  // namespace epsim
