// Files that users name as input: regular files, whatever links lead to them. Pipes and devices may never
// end, or only once; what comes from a pipe is given as standard input where a command takes that.
#pragma once

#include <filesystem>
#include <string>

namespace epsim {

/// Throws Error (input) unless it is there, regular and readable. `remedy` says what to give.
void check_input_file(const std::filesystem::path& path, const std::string& remedy);

/// Its bytes. Throws Error (input) like check_input_file, and when it cannot be read to its end.
[[nodiscard]] std::string read_input_file(const std::filesystem::path& path, const std::string& remedy);

}  // namespace epsim
