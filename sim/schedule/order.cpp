#include "sim/schedule/order.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

bool is_issued_in_order(const Schedule& schedule, OpId op) {
  const StreamId stream = schedule.stream_of(op);
  return stream != no_stream && schedule.streams()[stream].in_order();
}

/// Per operation, the one that its stream certainly issues before it.
std::vector<OpId> previous_on_stream(const Schedule& schedule) {
  std::vector<OpId> previous(schedule.size(), no_operation);
  std::vector<OpId> last(schedule.streams().size(), no_operation);
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (!is_issued_in_order(schedule, op)) continue;
    previous[op] = last[schedule.stream_of(op)];
    last[schedule.stream_of(op)] = op;
  }
  return previous;
}

/// A depth-first visit of what every operation waits for; its stack is explicit, since chains are long.
class Visit {
 public:
  explicit Visit(const Schedule& schedule)
      : schedule_(schedule), previous_(previous_on_stream(schedule)), marks_(schedule.size(), Mark::fresh) {
    order_.reserve(schedule.size());
  }

  std::vector<OpId> run() {
    for (OpId op = 0; op < schedule_.size(); ++op) {
      if (marks_[op] == Mark::fresh) open(op);
      while (!path_.empty()) advance();
    }
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { fresh, open, done };
  struct Visited {
    OpId op;
    std::size_t next = 0;  ///< the predecessor to look at next; the last one is the stream's
  };

  void open(OpId op) {
    marks_[op] = Mark::open;
    path_.push_back({op});
  }

  void advance() {
    Visited& top = path_.back();
    const auto after = schedule_.after(top.op);
    if (top.next > after.size()) {
      marks_[top.op] = Mark::done;
      order_.push_back(top.op);
      path_.pop_back();
      return;
    }
    const bool is_dependency = top.next < after.size();
    const OpId predecessor = is_dependency ? after[top.next] : previous_[top.op];
    ++top.next;
    if (!is_dependency && predecessor == no_operation) return;
    if (predecessor >= schedule_.size())
      throw simulation_error(describe(schedule_, top.op),
                             "follows operation " + std::to_string(predecessor) + ", which does not exist");
    if (marks_[predecessor] == Mark::open) throw_cycle(predecessor);
    if (marks_[predecessor] == Mark::fresh) open(predecessor);
  }

  [[noreturn]] void throw_cycle(OpId first) const {
    const auto begin =
        std::find_if(path_.begin(), path_.end(), [&](const Visited& visited) { return visited.op == first; });
    std::string chain;
    for (auto visited = begin; visited != path_.end(); ++visited)
      chain += "operation " + std::to_string(visited->op) + ", which waits for ";
    throw simulation_error(describe(schedule_, first),
                           "waits for itself: " + chain + "operation " + std::to_string(first));
  }

  const Schedule& schedule_;
  std::vector<OpId> previous_;
  std::vector<Mark> marks_;
  std::vector<Visited> path_;
  std::vector<OpId> order_;
};

}  // namespace

std::vector<OpId> run_order(const Schedule& schedule) {
  return Visit(schedule).run();
}

Ancestry::Ancestry(const Schedule& schedule, std::span<const OpId> order)
    : schedule_(schedule),
      position_(order.size()),
      latest_computation_(order.size(), no_operation),
      wanted_(order.size(), 0),
      met_(order.size(), 0) {
  for (std::size_t place = 0; place < order.size(); ++place)
    position_[order[place]] = static_cast<OpId>(place);
  std::vector<OpId> latest(schedule.streams().size(), no_operation);
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (!is_issued_in_order(schedule, op)) continue;
    OpId& on_stream = latest[schedule.stream_of(op)];
    latest_computation_[op] = on_stream;
    if (schedule.kind(op) == OpKind::computation) on_stream = op;
  }
}

std::optional<OpId> Ancestry::unfinished_before(OpId op, std::span<const OpId> targets) {
  begin(targets);
  meet_predecessors(op);
  return search(targets);
}

std::optional<OpId> Ancestry::unfinished_after(std::span<const OpId> ops, std::span<const OpId> targets) {
  begin(targets);
  for (const OpId op : ops) meet(op);
  return search(targets);
}

void Ancestry::begin(std::span<const OpId> targets) {
  ++stamp_;
  missing_ = 0;
  earliest_ = no_operation;
  queue_.clear();
  for (const OpId target : targets) {
    if (wanted_[target] == stamp_) continue;
    wanted_[target] = stamp_;
    ++missing_;
    earliest_ = std::min(earliest_, position_[target]);
  }
}

void Ancestry::meet(OpId op) {
  if (position_[op] < earliest_ || met_[op] == stamp_) return;
  met_[op] = stamp_;
  if (wanted_[op] == stamp_) --missing_;
  queue_.push_back(op);
}

void Ancestry::meet_predecessors(OpId op) {
  for (const OpId predecessor : schedule_.after(op)) meet(predecessor);
  if (latest_computation_[op] != no_operation) meet(latest_computation_[op]);
}

// Nearest first: in a correct schedule the wanted operations are mostly direct predecessors.
std::optional<OpId> Ancestry::search(std::span<const OpId> targets) {
  for (std::size_t next = 0; next < queue_.size() && missing_ > 0; ++next) meet_predecessors(queue_[next]);
  if (missing_ == 0) return std::nullopt;
  return *std::find_if(targets.begin(), targets.end(), [&](OpId target) { return met_[target] != stamp_; });
}

std::string describe(const Schedule& schedule, OpId op) {
  std::string what(name_of(schedule.kind(op)));
  if (schedule.kind(op) == OpKind::transfer)
    what += " d" + std::to_string(schedule.device(op)) + "->d" + std::to_string(schedule.peer(op));
  if (schedule.kind(op) == OpKind::computation) what += " d" + std::to_string(schedule.device(op));
  return "operation " + std::to_string(op) + " (" + what + ", " + std::string(name_of(schedule.phase(op))) +
         ")";
}

}  // namespace epsim
