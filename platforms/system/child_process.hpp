// Work in forked children: what may abort, leak or hang runs where it cannot hurt the caller. Results come
// back through memory that the task shares with its parent (Timeline); a pipe carries errors only.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace epsim {

struct ChildTask {
  std::string label;          ///< for errors
  std::function<void()> run;  ///< may throw Error; what it changes in ordinary memory is lost
};

/// Runs every task in its own forked child, at most `parallel` (at least 1) at a time.
///
/// The first task that fails ends all: the others are killed and reaped, and its Error is thrown with the
/// label in front of every place. A child that dies without a report becomes an Error (simulation) that says
/// how it died. A signal that asks this process to stop (signals.hpp) ends the children and throws Error
/// (interrupted); they are handled so during the call only. A child's standard output goes to standard error,
/// and a child dies with its parent. Call from a single-threaded process; standard streams are flushed first.
///
/// `tick`, if given, is called about twice a second while children run.
void run_in_children(std::span<const ChildTask> tasks, int parallel, const std::function<void()>& tick = {});

}  // namespace epsim
