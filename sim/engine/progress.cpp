#include "sim/engine/progress.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace epsim {
namespace {

constexpr std::size_t listed_problems = 8;

}  // namespace

Progress::Progress(const Schedule& schedule, Timeline& timeline)
    : schedule_(schedule), timeline_(timeline), is_finished_(schedule.size(), false) {
  for (std::vector<StepId>& steps : schedule.steps_of_streams())
    streams_.push_back(
        {.steps = std::move(steps), .in_order = schedule.streams()[streams_.size()].in_order()});

  const StepId steps = schedule.size();
  waits_for_.resize(steps);
  follower_begin_.assign(static_cast<std::size_t>(steps) + 1, 0);
  for (StepId step = 0; step < steps; ++step) {
    waits_for_[step] = static_cast<std::uint32_t>(schedule.after(step).size());
    for (StepId before : schedule.after(step)) ++follower_begin_[before];
  }
  // Prefix sums give each step's end; filling from the back moves it to its begin, followers in order of id.
  for (std::size_t i = 1; i < follower_begin_.size(); ++i) follower_begin_[i] += follower_begin_[i - 1];
  followers_.resize(follower_begin_.back());
  for (StepId step = steps; step-- > 0;)
    for (StepId before : schedule.after(step)) followers_[--follower_begin_[before]] = step;

  for (StepId step = 0; step < steps; ++step)
    if (schedule.after(step).empty()) become_ready(step, 0);
  finish_ready_joins(0);
}

bool Progress::can_issue(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.occupied || exhausted(stream)) return false;
  if (!state.in_order) return !state.ready.empty();
  const StepId step = state.steps[state.issued];
  if (waits_for_[step] > 0) return false;
  const int window = schedule_.streams()[stream].window;
  return schedule_.kind(step) == StepKind::computation || window == 0 || state.in_flight < window;
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
  if (schedule_.kind(step) == StepKind::computation)
    state.occupied = true;
  else
    ++state.in_flight;
  return step;
}

const std::vector<StreamId>& Progress::finish(StepId step, Seconds now) {
  unblocked_.clear();
  const StreamId stream = schedule_.stream_of(step);
  if (schedule_.kind(step) == StepKind::computation)
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
  if (schedule_.kind(step) == StepKind::join) {
    timeline_.started()[step] = now;
    ending_.push_back(step);
    return;
  }
  const StreamId stream = schedule_.stream_of(step);
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
    is_finished_[step] = true;
    ++finished_;
    for (std::size_t f = follower_begin_[step]; f < follower_begin_[step + 1]; ++f)
      if (--waits_for_[followers_[f]] == 0) become_ready(followers_[f], now);
  }
  ending_.clear();
}

void Progress::note_if_unblocked(StreamId stream) {
  if (can_issue(stream)) unblocked_.push_back(stream);
}

StepId Progress::first_blocked_step(StreamId stream) const {
  const StreamState& state = streams_[stream];
  if (state.in_order) return head(stream);
  return *std::ranges::find_if(state.steps, [&](StepId step) { return !is_finished_[step]; });
}

StepId Progress::first_unfinished_before(StepId step) const {
  const auto after = schedule_.after(step);
  return *std::find_if(after.begin(), after.end(), [&](StepId before) { return !is_finished_[before]; });
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
    if (!is_finished_[step] && problems.size() < listed_problems) add("", step);
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
