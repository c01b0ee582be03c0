// result.json as `compare --out` and `run --out` write it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace epsim {

/// result.json of a folder. Throws Error (input) when it is not epsim's, from another version, or incomplete:
/// all that reports use of it is there and of its kind.
[[nodiscard]] nlohmann::ordered_json read_result(const std::filesystem::path& folder);

}  // namespace epsim
