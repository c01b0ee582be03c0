// How a running sweep tells people where it stands, on standard error: one line with a bar that is written
// over on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "scenarios/sweep/runner.hpp"

namespace epsim {

class ProgressReport {
 public:
  explicit ProgressReport(bool is_quiet);
  ProgressReport(const ProgressReport&) = delete;
  ProgressReport& operator=(const ProgressReport&) = delete;
  ~ProgressReport();

  void show(const RunState& state);
  /// Before the run, when there are many.
  void show_planning(std::uint64_t combinations_seen, std::uint64_t combinations);
  /// A line of its own. Time and rates count from the latest one.
  void say(const std::string& line);
  [[nodiscard]] double elapsed_seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// Whether it is time for another line.
  bool is_due(std::chrono::milliseconds pause);
  void write(const std::string& text);
  void clear();

  bool is_quiet_;
  bool is_terminal_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_ = started_;
};

/// "[####......] 40 % 400/1,000  12.0/s  50 s left  2 failed  best 1.2 ms (ring at point 7)" without the bar
/// on plain lines. Time left follows the points' estimated costs.
[[nodiscard]] std::string progress_text(const RunState& state, double elapsed_seconds, bool has_bar);

}  // namespace epsim
