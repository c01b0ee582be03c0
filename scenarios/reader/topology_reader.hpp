// Reads a topology: a generator's parameters; and nodes of one joined by another.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "platforms/platform.hpp"
#include "scenarios/reader/json_reader.hpp"

namespace epsim {

[[nodiscard]] std::vector<std::string_view> topology_names();

/// `topology` and its parameters. Nothing, and at least one problem, when they are not valid.
[[nodiscard]] std::optional<TopologySpec> read_topology(JsonObject& object,
                                                        const std::filesystem::path& base_folder);

/// `node`, `fabric`, `nodes` and `nics_per_device`. At least one problem when they are not valid.
void read_composition(JsonObject& object, PlatformSpec& spec, const std::filesystem::path& base_folder);

}  // namespace epsim
