// In what order a schedule's operations can run, and what has certainly finished before an operation starts.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/schedule/schedule.hpp"

namespace epsim {

inline constexpr OpId no_operation = std::numeric_limits<OpId>::max();

/// All operations, each behind those that it follows and those that its stream issues before it; ascending
/// ids where that is such an order. Throws Error (simulation) naming the operations of a cycle, or one that
/// follows an operation that does not exist.
[[nodiscard]] std::vector<OpId> run_order(const Schedule& schedule);

/// Answers whether operations have certainly finished: those that an operation follows, directly or through
/// others, and the latest computation before it on its stream in order (which occupies it until it ends).
/// Transfers issued before it on its stream need not have finished.
class Ancestry {
 public:
  /// Keeps a reference to the schedule. `order` is its run_order.
  Ancestry(const Schedule& schedule, std::span<const OpId> order);

  /// The first of `targets` that may be unfinished when `op` starts.
  [[nodiscard]] std::optional<OpId> unfinished_before(OpId op, std::span<const OpId> targets);
  /// The first of `targets` that may be unfinished when all of `ops` have finished.
  [[nodiscard]] std::optional<OpId> unfinished_after(std::span<const OpId> ops,
                                                     std::span<const OpId> targets);

 private:
  void begin(std::span<const OpId> targets);
  void meet(OpId op);
  void meet_predecessors(OpId op);
  [[nodiscard]] std::optional<OpId> search(std::span<const OpId> targets);

  const Schedule& schedule_;
  std::vector<OpId> position_;
  std::vector<OpId> latest_computation_;  // before the operation, on its stream
  // The current search, backwards: an operation bears its stamp when it is wanted or has been met.
  std::uint32_t stamp_ = 0;
  std::vector<std::uint32_t> wanted_;
  std::vector<std::uint32_t> met_;
  std::size_t missing_ = 0;
  OpId earliest_ = 0;  // nothing before this position is wanted
  std::vector<OpId> queue_;
};

/// "operation 12 (transfer d0->d3, dispatch)"
[[nodiscard]] std::string describe(const Schedule& schedule, OpId op);

}  // namespace epsim
