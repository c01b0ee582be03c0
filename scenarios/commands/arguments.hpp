// What CLI11 leaves to say about arguments: helpful faults.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "platforms/error.hpp"

namespace epsim {

/// For CLI::Option::check: what is wrong with the text, with a remedy; empty: nothing.
[[nodiscard]] std::string fault_of_name(const std::string& text);     ///< of a file, a folder, ...: not empty
[[nodiscard]] std::string fault_of_seconds(const std::string& text);  ///< a finite number above 0
[[nodiscard]] std::string fault_of_number(const std::string& text);   ///< finite

/// The error for arguments that the command last parsed by `app` does not know, with the nearest option that
/// it does.
[[nodiscard]] Error unknown_arguments(const CLI::App& app);

}  // namespace epsim
