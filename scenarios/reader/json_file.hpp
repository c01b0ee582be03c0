// Strict JSON from files, and the command line's overrides of it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace epsim {

/// Strict JSON: no comments, no key twice in an object. Throws Error (input) with place "name:line:column".
[[nodiscard]] nlohmann::json parse_json(std::string_view text, std::string_view name);
[[nodiscard]] nlohmann::json load_json_file(const std::filesystem::path& path);
/// The same where anything but an object is an error.
[[nodiscard]] nlohmann::json parse_json_object(std::string_view text, std::string_view name);
[[nodiscard]] nlohmann::json load_json_object(const std::filesystem::path& path);

/// Sets what `pointer` (RFC 6901) names. Missing members of objects along the pointer are made; a model,
/// platform or transport given by its name alone first becomes {"preset": name}. Throws Error (input) with
/// `option` as its place.
void set_value(nlohmann::json& document, std::string_view pointer, nlohmann::json value,
               std::string_view option);

/// Applies one `--set /pointer=value`. The value is parsed as JSON, else taken as a string. Throws Error
/// (input) that names the option.
void apply_override(nlohmann::json& document, std::string_view pointer_and_value);

}  // namespace epsim
