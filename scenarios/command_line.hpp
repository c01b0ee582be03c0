// The command line: arguments to commands, errors to messages and exit codes.
#pragma once

namespace epsim {

/// 0: done; 1: a simulation (or writing its results) failed; 2: the input or the arguments are wrong;
/// 130: interrupted. Errors go to standard error.
int run_command_line(int argc, const char* const* argv);

}  // namespace epsim
