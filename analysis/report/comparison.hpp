// The data of a comparison's report, from the files of `compare --out`.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace epsim {

/// What the page is given, member by member in README.md. Throws Error (input) when files are missing,
/// incomplete, from another version, of different runs, or not epsim's.
[[nodiscard]] nlohmann::ordered_json comparison_data(const std::filesystem::path& folder);

}  // namespace epsim
