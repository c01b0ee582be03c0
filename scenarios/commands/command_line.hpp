// The command line: arguments to commands, errors to messages and exit codes.
#pragma once

namespace epsim {

/// Returns an ExitCode (outcome.hpp). Errors go to standard error.
int run_command_line(int argc, const char* const* argv);

}  // namespace epsim
