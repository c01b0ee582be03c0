// Platforms as the command line names them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace epsim {

/// {"platform": ...} of a preset, a scenario, a file with what a scenario has under platform, or a GraphML
/// file. Throws Error (input) at `place`.
[[nodiscard]] nlohmann::json named_platform(const std::string& name, const std::string& place);
/// From which the files that it names are looked for.
[[nodiscard]] std::filesystem::path folder_of_platform(const std::string& name);

}  // namespace epsim
