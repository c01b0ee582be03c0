// Reads `platform`: a preset's name, an object with a preset and overrides, or a platform in full.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/platform.hpp"

namespace epsim {

/// Nothing, and at least one problem, when the platform is not valid; problems' places are below /platform.
/// Files are looked for from `base_folder` on. A preset (scenarios/reader/embedded.hpp) is merged with the
/// overrides, the nested `device` member by member.
[[nodiscard]] std::optional<PlatformSpec> read_platform(const nlohmann::json& value,
                                                        const std::filesystem::path& base_folder,
                                                        std::vector<Problem>& problems);

/// The same for callers that need just a platform. Throws Error (input) with all problems.
[[nodiscard]] PlatformSpec parse_platform(const nlohmann::json& value,
                                          const std::filesystem::path& base_folder = ".");

}  // namespace epsim
