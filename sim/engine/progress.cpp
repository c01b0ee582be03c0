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
  for (std::vector<StepId>& steps : schedule.steps_of_streams()) {
    const Stream& stream = schedule.streams()[streams_.size()];
    streams_.push_back({.steps = std::move(steps), .window = stream.window, .in_order = stream.in_order()});
  }

  const StepId steps = schedule.size();
  steps_.resize(static_cast<std::size_t>(steps) + 1);
  std::size_t edges = 0;
  for (StepId step = 0; step < steps; ++step) {
    StepState& state = steps_[step];
    state.waits_for = static_cast<std::uint32_t>(schedule.after(step).size());
    state.kind = schedule.kind(step);
    if (state.kind != StepKind::join) state.stream = schedule.stream_of(step);
    for (StepId before : schedule.after(step)) ++steps_[before].follower_begin;
    edges += schedule.after(step).size();
  }
  if (edges > std::numeric_limits<std::uint32_t>::max())
    throw simulation_error("schedule", "more than 2^32 dependencies", "simulate fewer devices or chunks");
  // Prefix sums give each step's end; filling from the back moves it to its begin, followers in order of id.
  for (std::size_t i = 1; i < steps_.size(); ++i) steps_[i].follower_begin += steps_[i - 1].follower_begin;
  followers_.resize(edges);
  for (StepId step = steps; step-- > 0;)
    for (StepId before : schedule.after(step)) followers_[--steps_[before].follower_begin] = step;

  for (StepId step = 0; step < steps; ++step)
    if (schedule.after(step).empty()) become_ready(step, 0);
  finish_ready_joins(0);
}

bool Progress::can_issue(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.occupied || exhausted(stream)) return false;
  if (!state.in_order) return !state.ready.empty();
  const StepState& step = steps_[state.steps[state.issued]];
  if (step.waits_for > 0) return false;
  return step.kind == StepKind::computation || state.window == 0 || state.in_flight < state.window;
}

StepId Progress::issue(StreamId stream, Seconds now) {
  StreamState& state = streams_[stream];
  const StepId step = head(stream);
  ++state.issued;
  if (!state.in_order) {
    std::pop_heap(state.ready.begin(), state.ready.end(), std::greater<>());
    state.ready.pop_back();
  }
  timeline_.started()[step] = now;
  if (steps_[step].kind == StepKind::computation)
    state.occupied = true;
  else
    ++state.in_flight;
  return step;
}

const std::vector<StreamId>& Progress::finish(StepId step, Seconds now) {
  unblocked_.clear();
  const StreamId stream = steps_[step].stream;
  if (steps_[step].kind == StepKind::computation)
    streams_[stream].occupied = false;
  else
    --streams_[stream].in_flight;
  ending_.push_back(step);
  finish_ready_joins(now);
  note_if_unblocked(stream);
  return unblocked_;
}

void Progress::become_ready(StepId step, Seconds now) {
  timeline_.ready()[step] = now;
  if (steps_[step].kind == StepKind::join) {
    timeline_.started()[step] = now;
    ending_.push_back(step);
    return;
  }
  const StreamId stream = steps_[step].stream;
  StreamState& state = streams_[stream];
  if (!state.in_order) {
    state.ready.push_back(step);
    std::push_heap(state.ready.begin(), state.ready.end(), std::greater<>());
    note_if_unblocked(stream);
  } else if (!exhausted(stream) && head(stream) == step) {
    note_if_unblocked(stream);
  }
}

// Breadth first, so that a chain of joins needs no recursion.
void Progress::finish_ready_joins(Seconds now) {
  for (std::size_t i = 0; i < ending_.size(); ++i) {
    const StepId step = ending_[i];
    timeline_.finished()[step] = now;
    steps_[step].is_finished = true;
    ++finished_;
    for (std::size_t f = steps_[step].follower_begin; f < steps_[step + 1].follower_begin; ++f)
      if (--steps_[followers_[f]].waits_for == 0) become_ready(followers_[f], now);
  }
  ending_.clear();
}

void Progress::note_if_unblocked(StreamId stream) {
  if (can_issue(stream)) unblocked_.push_back(stream);
}

StepId Progress::first_blocked_step(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.in_order) return head(stream);
  return *std::ranges::find_if(state.steps, [&](StepId step) { return !steps_[step].is_finished; });
}

StepId Progress::first_unfinished_before(StepId step) const {
  const auto after = schedule_.after(step);
  return *std::find_if(after.begin(), after.end(),
                       [&](StepId before) { return !steps_[before].is_finished; });
}

std::string Progress::describe(StepId step) const {
  return std::string(name_of(schedule_.kind(step))) + " " + std::to_string(step);
}

// Nothing is under way, so a head that has not been issued follows an unfinished step. Streams come first;
// without any, joins that follow each other in a circle are to blame.
Error Progress::deadlock() const {
  std::vector<Problem> problems;
  const auto add = [&](const std::string& place, StepId step) {
    problems.push_back(
        {place, describe(step) + " waits for ever for " + describe(first_unfinished_before(step)), ""});
  };
  std::size_t blocked = 0;
  for (StreamId s = 0; s < streams_.size(); ++s) {
    if (exhausted(s) || ++blocked > listed_problems) continue;
    const Stream& stream = schedule_.streams()[s];
    add("device " + std::to_string(stream.device) + ", stream " + std::string(name_of(stream.kind)) + " " +
            std::to_string(stream.lane),
        first_blocked_step(s));
  }
  for (StepId step = 0; step < schedule_.size() && blocked == 0; ++step)
    if (!steps_[step].is_finished && problems.size() < listed_problems) add("", step);
  if (blocked > listed_problems)
    problems.push_back(
        {"", "and " + std::to_string(blocked - listed_problems) + " more blocked streams", ""});
  problems.insert(problems.begin(), {"schedule",
                                     "deadlock: " + std::to_string(schedule_.size() - finished_) + " of " +
                                         std::to_string(schedule_.size()) + " steps can never finish",
                                     "run with --check to see which rule the schedule breaks"});
  return Error(Error::Kind::simulation, std::move(problems));
}

}  // namespace epsim
