#include "sim/engine/progress.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace epsim {
namespace {

constexpr std::size_t listed_problems = 8;

}  // namespace

Progress::Progress(const Schedule& schedule, Timeline& timeline) : schedule_(schedule), timeline_(timeline) {
  for (std::vector<OpId>& ops : schedule.ops_of_streams()) {
    const Stream& stream = schedule.streams()[streams_.size()];
    streams_.push_back({.ops = std::move(ops), .window = stream.window, .in_order = stream.in_order()});
  }

  const OpId ops = schedule.size();
  ops_.resize(static_cast<std::size_t>(ops) + 1);
  std::size_t edges = 0;
  for (OpId op = 0; op < ops; ++op) {
    OpState& state = ops_[op];
    state.waits_for = static_cast<std::uint32_t>(schedule.after(op).size());
    state.kind = schedule.kind(op);
    if (state.kind != OpKind::join) state.stream = schedule.stream_of(op);
    for (OpId before : schedule.after(op)) ++ops_[before].follower_begin;
    edges += schedule.after(op).size();
  }
  if (edges > std::numeric_limits<std::uint32_t>::max())
    throw simulation_error("schedule", "more than 2^32 dependencies", "simulate fewer devices or chunks");
  // Prefix sums give each operation's end; filling from the back moves it to its begin, followers in order of
  // id.
  for (std::size_t i = 1; i < ops_.size(); ++i) ops_[i].follower_begin += ops_[i - 1].follower_begin;
  followers_.resize(edges);
  for (OpId op = ops; op-- > 0;)
    for (OpId before : schedule.after(op)) followers_[--ops_[before].follower_begin] = op;

  for (OpId op = 0; op < ops; ++op)
    if (schedule.after(op).empty()) become_ready(op, 0, no_op);
  finish_ready_joins(0);
}

bool Progress::can_issue(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.occupied || exhausted(stream)) return false;
  if (!state.in_order) return !state.ready.empty();
  const OpState& op = ops_[state.ops[state.issued]];
  if (op.waits_for > 0) return false;
  return op.kind == OpKind::computation || state.window == 0 || state.in_flight < state.window;
}

OpId Progress::issue(StreamId stream, Seconds now) {
  StreamState& state = streams_[stream];
  const OpId op = head(stream);
  ++state.issued;
  if (!state.in_order) {
    std::pop_heap(state.ready.begin(), state.ready.end(), std::greater<>());
    state.ready.pop_back();
  }
  timeline_.started()[op] = now;
  note_release(op, state);
  if (ops_[op].kind == OpKind::computation)
    state.occupied = true;
  else
    ++state.in_flight;
  return op;
}

/// It was ready, or its stream came to it, whichever was later. What follows it on the stream can have waited
/// for the same.
void Progress::note_release(OpId op, StreamState& stream) {
  Release& release = timeline_.release()[op];
  OpId& by = timeline_.released_by()[op];
  const Seconds ready = timeline_.ready()[op];
  if (stream.free_since > ready) {
    release = stream.freed;
    by = stream.freed_by;
  } else {
    stream.free_since = ready;
    stream.freed_by = by;
    release = by == no_op ? Release::start : Release::dependency;
    stream.freed = by == no_op ? Release::start : Release::turn;
  }
}

const std::vector<StreamId>& Progress::finish(OpId op, Seconds now) {
  unblocked_.clear();
  const StreamId stream = ops_[op].stream;
  StreamState& state = streams_[stream];
  const auto free_stream = [&](Release how) {
    state.free_since = now;
    state.freed_by = op;
    state.freed = how;
  };
  if (ops_[op].kind == OpKind::computation) {
    state.occupied = false;
    free_stream(Release::turn);
  } else if (state.in_flight-- == state.window) {
    free_stream(Release::window);
  }
  ending_.push_back(op);
  finish_ready_joins(now);
  note_if_unblocked(stream);
  return unblocked_;
}

void Progress::become_ready(OpId op, Seconds now, OpId by) {
  timeline_.ready()[op] = now;
  timeline_.released_by()[op] = by;
  if (ops_[op].kind == OpKind::join) {
    timeline_.started()[op] = now;
    timeline_.release()[op] = by == no_op ? Release::start : Release::dependency;
    ending_.push_back(op);
    return;
  }
  const StreamId stream = ops_[op].stream;
  StreamState& state = streams_[stream];
  if (!state.in_order) {
    state.ready.push_back(op);
    std::push_heap(state.ready.begin(), state.ready.end(), std::greater<>());
    note_if_unblocked(stream);
  } else if (!exhausted(stream) && head(stream) == op) {
    note_if_unblocked(stream);
  }
}

// Breadth first, so that a chain of joins needs no recursion.
void Progress::finish_ready_joins(Seconds now) {
  for (std::size_t i = 0; i < ending_.size(); ++i) {
    const OpId op = ending_[i];
    timeline_.finished()[op] = now;
    ops_[op].is_finished = true;
    ++finished_;
    for (std::size_t f = ops_[op].follower_begin; f < ops_[op + 1].follower_begin; ++f)
      if (--ops_[followers_[f]].waits_for == 0) become_ready(followers_[f], now, op);
  }
  ending_.clear();
}

void Progress::note_if_unblocked(StreamId stream) {
  if (can_issue(stream)) unblocked_.push_back(stream);
}

OpId Progress::first_blocked_op(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.in_order) return head(stream);
  return *std::ranges::find_if(state.ops, [&](OpId op) { return !ops_[op].is_finished; });
}

OpId Progress::first_unfinished_before(OpId op) const {
  const auto after = schedule_.after(op);
  return *std::find_if(after.begin(), after.end(), [&](OpId before) { return !ops_[before].is_finished; });
}

std::string Progress::describe(OpId op) const {
  return std::string(name_of(schedule_.kind(op))) + " " + std::to_string(op);
}

// Nothing is under way, so a head that has not been issued follows an unfinished operation. Streams come
// first; without any, joins that follow each other in a circle are to blame.
Error Progress::deadlock() const {
  std::vector<Problem> problems;
  const auto add = [&](const std::string& place, OpId op) {
    problems.push_back(
        {place, describe(op) + " waits for ever for " + describe(first_unfinished_before(op)), ""});
  };
  std::size_t blocked = 0;
  for (StreamId s = 0; s < streams_.size(); ++s) {
    if (exhausted(s) || ++blocked > listed_problems) continue;
    const Stream& stream = schedule_.streams()[s];
    add("device " + std::to_string(stream.device) + ", stream " + std::string(name_of(stream.kind)) + " " +
            std::to_string(stream.lane),
        first_blocked_op(s));
  }
  for (OpId op = 0; op < schedule_.size() && blocked == 0; ++op)
    if (!ops_[op].is_finished && problems.size() < listed_problems) add("", op);
  if (blocked > listed_problems)
    problems.push_back(
        {"", "and " + std::to_string(blocked - listed_problems) + " more blocked streams", ""});
  problems.insert(problems.begin(), {"schedule",
                                     "deadlock: " + std::to_string(schedule_.size() - finished_) + " of " +
                                         std::to_string(schedule_.size()) + " operations can never finish",
                                     "run with --check to see which rule the schedule breaks"});
  return Error(Error::Kind::simulation, std::move(problems));
}

}  // namespace epsim
