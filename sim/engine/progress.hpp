// Progress: how far the execution of a schedule has come. It holds the rules of sim/schedule for when a
// operation may start, so that an engine only has to say what time it is and how long an operation takes.
//
// A stream's head is the first operation that it has not issued; of a stream that issues as ready the first
// of those that are ready, if any. The head may be issued when the operations it follows have finished, no
// computation occupies the stream and, for a transfer, the window has room. A join finishes by itself in the
// moment in which the last operation it follows finishes.
//
// Invariants: an operation is issued at most once and finished at most once after that; ready <= started <=
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

  /// Whether the stream has issued all of its operations.
  [[nodiscard]] bool exhausted(StreamId stream) const {
    return streams_[stream].issued == streams_[stream].ops.size();
  }
  /// The stream's head. Precondition: not exhausted; can_issue where the stream issues as ready.
  [[nodiscard]] OpId head(StreamId stream) const {
    const StreamState& state = streams_[stream];
    return state.in_order ? state.ops[state.issued] : state.ready.front();
  }
  /// When the operations that a ready operation follows had finished.
  [[nodiscard]] Seconds ready_at(OpId op) const { return timeline_.ready()[op]; }
  /// Whether the stream has a head that may be issued now.
  [[nodiscard]] bool can_issue(StreamId stream) const;
  /// Issues the head. Precondition: can_issue.
  OpId issue(StreamId stream, Seconds now);
  /// Ends an issued operation, and the joins that end with it. Returns the streams whose head may be issued
  /// because of it, in the order of the operations that became ready, perhaps more than once; valid until the
  /// next call.
  const std::vector<StreamId>& finish(OpId op, Seconds now);

  /// Whether every operation has finished.
  [[nodiscard]] bool complete() const { return finished_ == schedule_.size(); }
  /// Says which streams are blocked and what they wait for. Precondition: nothing is under way, not complete.
  [[nodiscard]] Error deadlock() const;

 private:
  struct StreamState {
    std::vector<OpId> ops;  // ascending
    std::size_t issued = 0;
    int window = 0;
    bool in_order = true;
    std::vector<OpId> ready = {};  // not in order: heap of what may be issued, the lowest operation on top
    int in_flight = 0;             // transfers
    bool occupied = false;
    // What last let it go on, for the timeline
    Seconds free_since = 0;
    OpId freed_by = no_op;
    Release freed = Release::start;
  };
  /// What is needed of an operation again and again, side by side.
  struct OpState {
    std::uint32_t follower_begin = 0;  // CSR by operation
    std::uint32_t waits_for = 0;       // how many of the operations it follows have not finished
    StreamId stream = 0;
    OpKind kind = OpKind::join;
    bool is_finished = false;
  };

  void become_ready(OpId op, Seconds now, OpId by);
  void note_release(OpId op, StreamState& stream);
  void finish_ready_joins(Seconds now);
  void note_if_unblocked(StreamId stream);
  [[nodiscard]] OpId first_blocked_op(StreamId stream) const;
  [[nodiscard]] OpId first_unfinished_before(OpId op) const;
  [[nodiscard]] std::string describe(OpId op) const;

  const Schedule& schedule_;
  Timeline& timeline_;
  std::vector<StreamState> streams_;
  std::vector<OpState> ops_;  // and one past the last
  std::vector<OpId> followers_;
  OpId finished_ = 0;
  std::vector<OpId> ending_;         // scratch of finish: operations that end now
  std::vector<StreamId> unblocked_;  // result of finish
};

}  // namespace epsim
