// How a command tells people on standard error what it is doing: on a terminal in one line that is written
// over and over, and is gone in the end; elsewhere in a line of its own every ten seconds.
#pragma once

#include <iosfwd>
#include <string>

#include "platforms/system/stopwatch.hpp"
#include "platforms/units.hpp"

namespace epsim {

class ProgressLine {
 public:
  explicit ProgressLine(bool is_wanted);
  /// `pause`: between two lines where it is no terminal. Keeps a reference to `out`.
  ProgressLine(bool is_wanted, std::ostream& out, bool is_terminal, Seconds pause);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  void show(const std::string& text);
  /// Makes room on the terminal for something else.
  void clear();

 private:
  bool is_wanted_;
  std::ostream& out_;
  bool is_terminal_;
  Seconds pause_;
  Stopwatch watch_;
  Seconds shown_ = 0;  // on the watch
};

}  // namespace epsim
