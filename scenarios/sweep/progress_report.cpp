#include "scenarios/sweep/progress_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>

#include "platforms/system/machine.hpp"
#include "platforms/units.hpp"

namespace epsim {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds between_plain_lines = 10s;
constexpr std::chrono::milliseconds between_updates = 100ms;

std::string bar(double share) {
  constexpr int width = 20;
  const int full = std::clamp(static_cast<int>(share * width), 0, width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "] ";
}

/// 45 s, 12 min, 3.5 h
std::string rough_time(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string progress_text(const RunState& state, double elapsed_seconds, bool has_bar) {
  const double share =
      state.points > 0 ? static_cast<double>(state.ended) / static_cast<double>(state.points) : 1;
  std::string text = has_bar ? bar(share) : "";
  text += fmt::format("{:.0f} % {}/{}", 100 * share, state.ended, state.points);
  if (state.ended > 0 && elapsed_seconds > 0)
    text += fmt::format("  {:.3g}/s", static_cast<double>(state.ended) / elapsed_seconds);
  if (state.estimated_ended > 0 && state.ended < state.points)
    text += fmt::format("  {} left",
                        rough_time(elapsed_seconds * (state.estimated_seconds / state.estimated_ended - 1)));
  if (state.failed > 0) text += fmt::format("  {} failed", state.failed);
  if (state.best_seconds > 0)
    text += fmt::format("  best {} ({})", format_duration(state.best_seconds), state.best);
  if (state.waits_for_others) text += "  waiting for another process";
  return text;
}

ProgressReport::ProgressReport(bool is_quiet) : is_quiet_(is_quiet), is_terminal_(is_at_terminal()) {}

ProgressReport::~ProgressReport() {
  clear();
}

void ProgressReport::clear() {
  if (is_terminal_ && !is_quiet_) std::cerr << "\r\x1b[K" << std::flush;
}

bool ProgressReport::is_due(std::chrono::milliseconds pause) {
  const auto now = Clock::now();
  if (is_quiet_ || now - shown_ < pause) return false;
  shown_ = now;
  return true;
}

void ProgressReport::write(const std::string& text) {
  clear();
  if (is_terminal_)
    std::cerr << text.substr(0, terminal_width() - 1) << std::flush;
  else
    std::cerr << "epsim: " << text << std::endl;
}

void ProgressReport::show(const RunState& state) {
  if (!is_due(is_terminal_ ? between_updates : between_plain_lines)) return;
  write(progress_text(state, elapsed_seconds(), is_terminal_));
}

void ProgressReport::show_planning(std::uint64_t combinations_seen, std::uint64_t combinations) {
  if (!is_due(is_terminal_ ? between_updates : between_plain_lines)) return;
  write(fmt::format("planning {}/{}", combinations_seen, combinations));
}

double ProgressReport::elapsed_seconds() const {
  const std::chrono::duration<double> elapsed = Clock::now() - started_;
  return elapsed.count();
}

void ProgressReport::say(const std::string& line) {
  started_ = shown_ = Clock::now();
  if (is_quiet_) return;
  clear();
  std::cerr << "epsim: " << line << std::endl;
}

}  // namespace epsim
