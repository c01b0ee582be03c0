#include "scenarios/commands/progress_line.hpp"

#include <iostream>

#include "platforms/system/machine.hpp"

namespace epsim {

ProgressLine::ProgressLine(bool is_wanted) : is_shown_(is_wanted && is_at_terminal()) {}

void ProgressLine::show(const std::string& text) const {
  constexpr const char* clear_line = "\r\x1b[K";
  if (is_shown_) std::cerr << clear_line << text << std::flush;
}

}  // namespace epsim
