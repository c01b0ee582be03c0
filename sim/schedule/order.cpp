#include "sim/schedule/order.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

bool is_issued_in_order(const Schedule& schedule, StepId step) {
  const StreamId stream = schedule.stream_of(step);
  return stream != no_stream && schedule.streams()[stream].in_order();
}

/// Per step, the one that its stream certainly issues before it.
std::vector<StepId> previous_on_stream(const Schedule& schedule) {
  std::vector<StepId> previous(schedule.size(), no_step);
  std::vector<StepId> last(schedule.streams().size(), no_step);
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (!is_issued_in_order(schedule, step)) continue;
    previous[step] = last[schedule.stream_of(step)];
    last[schedule.stream_of(step)] = step;
  }
  return previous;
}

/// A depth-first visit of what every step waits for; its stack is explicit, since chains are long.
class Visit {
 public:
  explicit Visit(const Schedule& schedule)
      : schedule_(schedule), previous_(previous_on_stream(schedule)), marks_(schedule.size(), Mark::fresh) {
    order_.reserve(schedule.size());
  }

  std::vector<StepId> run() {
    for (StepId step = 0; step < schedule_.size(); ++step) {
      if (marks_[step] == Mark::fresh) open(step);
      while (!path_.empty()) advance();
    }
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { fresh, open, done };
  struct Visited {
    StepId step;
    std::size_t next = 0;  ///< the predecessor to look at next; the last one is the stream's
  };

  void open(StepId step) {
    marks_[step] = Mark::open;
    path_.push_back({step});
  }

  void advance() {
    Visited& top = path_.back();
    const auto after = schedule_.after(top.step);
    if (top.next > after.size()) {
      marks_[top.step] = Mark::done;
      order_.push_back(top.step);
      path_.pop_back();
      return;
    }
    const bool is_dependency = top.next < after.size();
    const StepId predecessor = is_dependency ? after[top.next] : previous_[top.step];
    ++top.next;
    if (!is_dependency && predecessor == no_step) return;
    if (predecessor >= schedule_.size())
      throw simulation_error(describe(schedule_, top.step),
                             "follows step " + std::to_string(predecessor) + ", which does not exist");
    if (marks_[predecessor] == Mark::open) throw_cycle(predecessor);
    if (marks_[predecessor] == Mark::fresh) open(predecessor);
  }

  [[noreturn]] void throw_cycle(StepId first) const {
    const auto begin = std::find_if(path_.begin(), path_.end(),
                                    [&](const Visited& visited) { return visited.step == first; });
    std::string chain;
    for (auto visited = begin; visited != path_.end(); ++visited)
      chain += "step " + std::to_string(visited->step) + ", which waits for ";
    throw simulation_error(describe(schedule_, first),
                           "waits for itself: " + chain + "step " + std::to_string(first));
  }

  const Schedule& schedule_;
  std::vector<StepId> previous_;
  std::vector<Mark> marks_;
  std::vector<Visited> path_;
  std::vector<StepId> order_;
};

}  // namespace

std::vector<StepId> run_order(const Schedule& schedule) {
  return Visit(schedule).run();
}

Ancestry::Ancestry(const Schedule& schedule, std::span<const StepId> order)
    : schedule_(schedule),
      position_(order.size()),
      latest_computation_(order.size(), no_step),
      wanted_(order.size(), 0),
      met_(order.size(), 0) {
  for (std::size_t place = 0; place < order.size(); ++place)
    position_[order[place]] = static_cast<StepId>(place);
  std::vector<StepId> latest(schedule.streams().size(), no_step);
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (!is_issued_in_order(schedule, step)) continue;
    StepId& on_stream = latest[schedule.stream_of(step)];
    latest_computation_[step] = on_stream;
    if (schedule.kind(step) == StepKind::computation) on_stream = step;
  }
}

std::optional<StepId> Ancestry::unfinished_before(StepId step, std::span<const StepId> targets) {
  begin(targets);
  meet_predecessors(step);
  return search(targets);
}

std::optional<StepId> Ancestry::unfinished_after(std::span<const StepId> steps,
                                                 std::span<const StepId> targets) {
  begin(targets);
  for (const StepId step : steps) meet(step);
  return search(targets);
}

void Ancestry::begin(std::span<const StepId> targets) {
  ++stamp_;
  missing_ = 0;
  earliest_ = no_step;
  queue_.clear();
  for (const StepId target : targets) {
    if (wanted_[target] == stamp_) continue;
    wanted_[target] = stamp_;
    ++missing_;
    earliest_ = std::min(earliest_, position_[target]);
  }
}

void Ancestry::meet(StepId step) {
  if (position_[step] < earliest_ || met_[step] == stamp_) return;
  met_[step] = stamp_;
  if (wanted_[step] == stamp_) --missing_;
  queue_.push_back(step);
}

void Ancestry::meet_predecessors(StepId step) {
  for (const StepId predecessor : schedule_.after(step)) meet(predecessor);
  if (latest_computation_[step] != no_step) meet(latest_computation_[step]);
}

// Nearest first: in a correct schedule the wanted steps are mostly direct predecessors.
std::optional<StepId> Ancestry::search(std::span<const StepId> targets) {
  for (std::size_t next = 0; next < queue_.size() && missing_ > 0; ++next) meet_predecessors(queue_[next]);
  if (missing_ == 0) return std::nullopt;
  return *std::find_if(targets.begin(), targets.end(), [&](StepId target) { return met_[target] != stamp_; });
}

std::string describe(const Schedule& schedule, StepId step) {
  std::string what(name_of(schedule.kind(step)));
  if (schedule.kind(step) == StepKind::transfer)
    what += " d" + std::to_string(schedule.device(step)) + "->d" + std::to_string(schedule.peer(step));
  if (schedule.kind(step) == StepKind::computation) what += " d" + std::to_string(schedule.device(step));
  return "step " + std::to_string(step) + " (" + what + ", " + std::string(name_of(schedule.phase(step))) +
         ")";
}

}  // namespace epsim
