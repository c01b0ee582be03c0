// In what order a schedule's steps can run, and what has certainly finished before a step starts.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/schedule/schedule.hpp"

namespace epsim {

inline constexpr StepId no_step = std::numeric_limits<StepId>::max();

/// All steps, each behind those that it follows and those that its stream issues before it; ascending ids
/// where that is such an order. Throws Error (simulation) naming the steps of a cycle, or one that follows a
/// step that does not exist.
[[nodiscard]] std::vector<StepId> run_order(const Schedule& schedule);

/// Answers whether steps have certainly finished: those that a step follows, directly or through others, and
/// the latest computation before it on its stream in order (which occupies it until it ends). Transfers
/// issued before it on its stream need not have finished.
class Ancestry {
 public:
  /// Keeps a reference to the schedule. `order` is its run_order.
  Ancestry(const Schedule& schedule, std::span<const StepId> order);

  /// The first of `targets` that may be unfinished when `step` starts.
  [[nodiscard]] std::optional<StepId> unfinished_before(StepId step, std::span<const StepId> targets);
  /// The first of `targets` that may be unfinished when all of `steps` have finished.
  [[nodiscard]] std::optional<StepId> unfinished_after(std::span<const StepId> steps,
                                                       std::span<const StepId> targets);

 private:
  void begin(std::span<const StepId> targets);
  void meet(StepId step);
  void meet_predecessors(StepId step);
  [[nodiscard]] std::optional<StepId> search(std::span<const StepId> targets);

  const Schedule& schedule_;
  std::vector<StepId> position_;
  std::vector<StepId> latest_computation_;  // before the step, on its stream
  // The current search, backwards: a step bears its stamp when it is wanted or has been met.
  std::uint32_t stamp_ = 0;
  std::vector<std::uint32_t> wanted_;
  std::vector<std::uint32_t> met_;
  std::size_t missing_ = 0;
  StepId earliest_ = 0;  // nothing before this position is wanted
  std::vector<StepId> queue_;
};

/// "step 12 (transfer d0->d3, dispatch)"
[[nodiscard]] std::string describe(const Schedule& schedule, StepId step);

}  // namespace epsim
