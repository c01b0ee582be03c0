// One line on standard error that is written over and over, and is gone in the end; only for people.
#pragma once

#include <string>

namespace epsim {

class ProgressLine {
 public:
  /// Shown when that is wanted and standard error is a terminal.
  explicit ProgressLine(bool is_wanted);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { show(""); }

  void show(const std::string& text) const;

 private:
  bool is_shown_;
};

}  // namespace epsim
