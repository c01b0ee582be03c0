// The machine and the terminal that the program runs on.
#pragma once

#include <cstddef>

namespace epsim {

/// Bytes of memory that this process can have: the machine's, or what its container is allowed; 0: unknown.
[[nodiscard]] double physical_memory();

/// Whether standard error is read by people: what is written over and over is for them alone.
[[nodiscard]] bool is_at_terminal();
/// Characters; 80 where that is unknown.
[[nodiscard]] std::size_t terminal_width();

/// A file that took the place of a closed standard stream would get what is printed. Writing to the stand-in
/// for standard output fails, as it does where that is closed.
void fill_closed_streams();

}  // namespace epsim
