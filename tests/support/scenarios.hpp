// Scenarios from a few members, and what the reader says of them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/scenario.hpp"

namespace epsim {

/// A scenario on a star of 16 devices, with `members` merged into it.
[[nodiscard]] nlohmann::json on_star(const char* members);
[[nodiscard]] Scenario parse(const nlohmann::json& document);
/// The input error's text, or "accepted".
[[nodiscard]] std::string message_of(const nlohmann::json& document,
                                     const std::filesystem::path& folder = ".");

}  // namespace epsim
