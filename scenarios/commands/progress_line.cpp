#include "scenarios/commands/progress_line.hpp"

#include <iostream>

#include "platforms/system/machine.hpp"

namespace epsim {
namespace {

constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine(bool is_wanted) : ProgressLine(is_wanted, std::cerr, is_at_terminal(), 10) {}

ProgressLine::ProgressLine(bool is_wanted, std::ostream& out, bool is_terminal, Seconds pause)
    : is_wanted_(is_wanted), out_(out), is_terminal_(is_terminal), pause_(pause) {}

void ProgressLine::clear() {
  if (is_wanted_ && is_terminal_) out_ << clear_line << std::flush;
}

void ProgressLine::show(const std::string& text) {
  if (!is_wanted_) return;
  if (is_terminal_) {
    out_ << clear_line << text << std::flush;
  } else if (watch_.seconds() >= shown_ + pause_) {
    shown_ = watch_.seconds();
    out_ << "epsim: " << text << '\n' << std::flush;
  }
}

}  // namespace epsim
