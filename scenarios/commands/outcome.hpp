// What a command's end tells whoever started it: one line per problem on standard error, and an exit code.
// The one place where what is unexpected becomes "internal error".
#pragma once

#include <functional>

namespace epsim {

enum ExitCode : int {
  done = 0,
  failed = 1,       ///< a simulation, or writing what it found
  wrong_input = 2,  ///< a file or an argument was refused
  internal = 70,    ///< a fault of epsim
  interrupted = 130
};

/// Runs the command, sees that all it printed on standard output has arrived, and reports what it throws.
[[nodiscard]] ExitCode outcome_of(const std::function<void()>& command);

}  // namespace epsim
