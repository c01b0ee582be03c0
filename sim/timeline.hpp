// The Timeline: when every operation of a schedule was ready, started and finished, and what let it start.
// Columns in memory that parent and child processes share, so that a simulation in a forked child writes
// straight into its parent's result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "platforms/system/shared_memory.hpp"
#include "platforms/units.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

inline constexpr OpId no_op = std::numeric_limits<OpId>::max();

/// What an operation had to wait for last.
enum class Release : std::uint8_t {
  start,       ///< nothing: it could start at time 0
  dependency,  ///< the last operation that it follows
  turn,        ///< its stream had not come to it: a computation occupied it, or an earlier operation waited
  window       ///< the stream had `window` transfers in flight
};

template <>
struct Names<Release> {
  static constexpr auto values = name_list("start", "dependency", "turn", "window");
};

class Timeline {
 public:
  /// All times zero, nothing waited for. Throws Error (simulation) when the memory cannot be had.
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
  /// What let it start; of things of one moment a dependency, else the latest that happened.
  [[nodiscard]] std::span<Release> release() { return {releases_, ops_}; }
  [[nodiscard]] std::span<const Release> release() const { return {releases_, ops_}; }
  /// The operation whose end that was; no_op: none (Release::start).
  [[nodiscard]] std::span<OpId> released_by() { return {releasers_, ops_}; }
  [[nodiscard]] std::span<const OpId> released_by() const { return {releasers_, ops_}; }
  /// The end of the last operation; 0 for an empty schedule.
  [[nodiscard]] Seconds end() const;

 private:
  SharedMemory memory_;
  Seconds* columns_ = nullptr;  // in it, as the next two
  OpId* releasers_ = nullptr;
  Release* releases_ = nullptr;
  std::size_t ops_ = 0;
};

}  // namespace epsim
