// Transports in files: presets that are built in (sim/transports/*.json), files of the same form, and objects
// in a scenario that change some of a preset's or file's values.
//
// A file holds values by the keys of transport_values(), a `summary`, and `sources`: where each value comes
// from. A share may be one number, or an object with one for each name of a device and, for all others,
// "default".
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "platforms/platform.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "sim/transports/transport.hpp"

namespace epsim {

/// A pattern's transport that names no preset changes the scenario's, `otherwise`.
/// Reads a transport: a preset's name, a file's name that ends in ".json", or an object of {preset, name,
/// values}. `platform` says whose shares are meant and which are needed; null: it is not known because of
/// other problems.
[[nodiscard]] Transport read_transport(const nlohmann::json& value, const std::string& pointer,
                                       const PlatformSpec* platform, const std::filesystem::path& base_folder,
                                       std::vector<Problem>& problems, const Transport* otherwise = nullptr);

[[nodiscard]] nlohmann::ordered_json transport_json(const Transport& transport);

}  // namespace epsim
