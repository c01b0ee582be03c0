// Files that users name as input: regular files, whatever links lead to them. Pipes and devices may never
// end, or only once; what comes from a pipe is given as standard input where a command takes that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace epsim {

/// Throws Error (input) unless it is there, regular and readable. `remedy` says what to give.
void check_input_file(const std::filesystem::path& path, const std::string& remedy);

/// Its bytes. Throws Error (input) like check_input_file, and when it cannot be read to its end.
[[nodiscard]] std::string read_input_file(const std::filesystem::path& path, const std::string& remedy);

/// Device and number of the file, which tell it from another that took its name; zeros when there is none.
using FileNumber = std::pair<std::uint64_t, std::uint64_t>;
[[nodiscard]] FileNumber file_at(const std::filesystem::path& path);

}  // namespace epsim
