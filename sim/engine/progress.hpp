// Progress: how far the execution of a schedule has come. It holds the rules of sim/schedule.hpp for when a
// step may start, so that an engine only has to say what time it is and how long a step takes.
//
// A stream's head is the first step that it has not issued; of a stream that issues as ready the first of
// those that are ready, if any. The head may be issued when the steps it follows have finished, no
// computation occupies the stream and, for a transfer, the window has room. A join finishes by itself in the
// moment in which the last step it follows finishes.
//
// Invariants: a step is issued at most once and finished at most once after that; ready <= started <=
// finished in the timeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platforms/error.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/timeline.hpp"

namespace epsim {

class Progress {
 public:
  /// At time 0. Keeps references to both; the timeline is sized for the schedule and all zero.
  Progress(const Schedule& schedule, Timeline& timeline);

  /// Whether the stream has issued all of its steps.
  [[nodiscard]] bool exhausted(StreamId stream) const {
    return streams_[stream].issued == streams_[stream].steps.size();
  }
  /// The stream's head. Precondition: not exhausted; can_issue where the stream issues as ready.
  [[nodiscard]] StepId head(StreamId stream) const {
    const StreamState& state = streams_[stream];
    return state.in_order ? state.steps[state.issued] : state.ready.front();
  }
  /// When the steps that a ready step follows had finished.
  [[nodiscard]] Seconds ready_at(StepId step) const { return timeline_.ready()[step]; }
  /// Whether the stream has a head that may be issued now.
  [[nodiscard]] bool can_issue(StreamId stream) const;
  /// Issues the head. Precondition: can_issue.
  StepId issue(StreamId stream, Seconds now);
  /// Ends an issued step, and the joins that end with it. Returns the streams whose head may be issued
  /// because of it, in the order of the steps that became ready, perhaps more than once; valid until the next
  /// call.
  const std::vector<StreamId>& finish(StepId step, Seconds now);

  /// Whether every step has finished.
  [[nodiscard]] bool complete() const { return finished_ == schedule_.size(); }
  /// Says which streams are blocked and what they wait for. Precondition: nothing is under way, not complete.
  [[nodiscard]] Error deadlock() const;

 private:
  struct StreamState {
    std::vector<StepId> steps;  // ascending
    std::size_t issued = 0;
    int window = 0;
    bool in_order = true;
    std::vector<StepId> ready = {};  // not in order: heap of what may be issued, the lowest step on top
    int in_flight = 0;               // transfers
    bool occupied = false;
  };
  /// What is needed of a step again and again, side by side.
  struct StepState {
    std::uint32_t follower_begin = 0;  // CSR by step
    std::uint32_t waits_for = 0;       // how many of the steps it follows have not finished
    StreamId stream = 0;
    StepKind kind = StepKind::join;
    bool is_finished = false;
  };

  void become_ready(StepId step, Seconds now);
  void finish_ready_joins(Seconds now);
  void note_if_unblocked(StreamId stream);
  [[nodiscard]] StepId first_blocked_step(StreamId stream) const;
  [[nodiscard]] StepId first_unfinished_before(StepId step) const;
  [[nodiscard]] std::string describe(StepId step) const;

  const Schedule& schedule_;
  Timeline& timeline_;
  std::vector<StreamState> streams_;
  std::vector<StepState> steps_;  // and one past the last
  std::vector<StepId> followers_;
  StepId finished_ = 0;
  std::vector<StepId> ending_;       // scratch of finish: steps that end now
  std::vector<StreamId> unblocked_;  // result of finish
};

}  // namespace epsim
