// From a sweep file to a Sweep. Keys: name, question, expect, base (a path relative to the file, or a
// scenario inline), grid {pointer: values}, zip {pointer: values of equal number}, where [comparisons],
// seeds, patterns.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/sweep/sweep.hpp"

namespace epsim {

/// `overrides` ("/pointer=value") change the base. All problems of a file are found at once: Throws Error
/// (input) with them. A pointer has to stand for a value of the resolved base, or to change it.
[[nodiscard]] Sweep read_sweep(const std::filesystem::path& path, const std::vector<std::string>& overrides);

/// The same for a file's content; `folder` is the file's and `default_name` its name.
[[nodiscard]] Sweep parse_sweep(const nlohmann::json& document, const std::filesystem::path& folder,
                                const std::string& default_name, const std::vector<std::string>& overrides);

}  // namespace epsim
