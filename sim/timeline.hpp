// The Timeline: when every operation of a schedule was ready, started and finished. Columns in memory that
// parent and child processes share, so that a simulation in a forked child writes straight into its parent's
// result.
#pragma once

#include <cstddef>
#include <span>

#include "platforms/system/shared_memory.hpp"
#include "platforms/units.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

class Timeline {
 public:
  /// All times zero. Throws Error (simulation) when the memory cannot be had.
  explicit Timeline(OpId ops);
  Timeline(Timeline&& other) noexcept;
  Timeline& operator=(Timeline&& other) noexcept;
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  /// When all operations it follows had finished.
  [[nodiscard]] std::span<Seconds> ready() { return {columns_, ops_}; }
  [[nodiscard]] std::span<const Seconds> ready() const { return {columns_, ops_}; }
  /// When its stream issued it (a transfer's latency counts from here).
  [[nodiscard]] std::span<Seconds> started() { return {columns_ + ops_, ops_}; }
  [[nodiscard]] std::span<const Seconds> started() const { return {columns_ + ops_, ops_}; }
  /// When it had ended; a transfer: was delivered.
  [[nodiscard]] std::span<Seconds> finished() { return {columns_ + 2 * ops_, ops_}; }
  [[nodiscard]] std::span<const Seconds> finished() const { return {columns_ + 2 * ops_, ops_}; }
  /// The end of the last operation; 0 for an empty schedule.
  [[nodiscard]] Seconds end() const;

 private:
  SharedMemory memory_;
  Seconds* columns_ = nullptr;  // in it
  std::size_t ops_ = 0;
};

}  // namespace epsim
