// The fluid engine: the same schedules, rules of order (Progress) and max-min fair sharing as SimGrid's, on a
// network that is kept exact where it changes (level_network.hpp) or lags (fluid_network.hpp). It has no
// global state.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim/engine/binding_links.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/fluid_network.hpp"
#include "sim/engine/level_network.hpp"
#include "sim/engine/pending_ops.hpp"
#include "sim/engine/progress.hpp"

namespace epsim {
namespace {

bool has_window(const Schedule& schedule) {
  return std::ranges::any_of(schedule.streams(), [](const Stream& stream) { return stream.window > 0; });
}

/// The number of transfers where nothing delays any: no window, no operation before it, no computation on its
/// stream. Else none.
std::optional<std::size_t> transfers_at_once(const Schedule& schedule) {
  if (has_window(schedule)) return std::nullopt;
  std::vector<bool> computes(schedule.streams().size());
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::computation) computes[schedule.stream_of(op)] = true;
  std::size_t transfers = 0;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    if (!schedule.after(op).empty() || computes[schedule.stream_of(op)]) return std::nullopt;
    ++transfers;
  }
  return transfers;
}

std::unique_ptr<FlowNetwork> network_for(const LoweredSchedule& lowered, const Routes& routes,
                                         double allowance) {
  const std::vector<bool> binding = binding_links(routes, lowered.link_bandwidth);
  const auto at_once = allowance > 0 ? transfers_at_once(lowered.schedule) : std::nullopt;
  if (!at_once) return std::make_unique<LevelNetwork>(routes, binding, lowered.link_bandwidth, allowance / 2);
  return std::make_unique<FluidNetwork>(routes, binding, lowered.link_bandwidth,
                                        FluidAccuracy{allowance, 256, *at_once});
}

class FluidSimulator {
 public:
  FluidSimulator(const LoweredSchedule& lowered, const Routes& routes, double allowance, Timeline& timeline)
      : lowered_(lowered),
        schedule_(lowered.schedule),
        routes_(routes),
        progress_(lowered.schedule, timeline),
        network_(network_for(lowered, routes, allowance)) {}

  void run();

 private:
  void issue_from(StreamId stream, Seconds now);
  void end_moment();
  void finish(OpId op, Seconds now);
  void advance_pending();

  const LoweredSchedule& lowered_;
  const Schedule& schedule_;
  const Routes& routes_;
  Progress progress_;
  std::unique_ptr<FlowNetwork> network_;
  PendingOps pending_;
  std::vector<StreamId> choosing_;  // streams that issue as ready and can, once the moment is over
  Seconds choosing_since_ = 0;
  Seconds now_ = 0;
};

void FluidSimulator::run() {
  for (StreamId stream = 0; stream < schedule_.streams().size(); ++stream) issue_from(stream, 0);
  for (;;) {
    const Seconds network_time = network_->next_event();
    const PendingOp* pending = pending_.first();
    const Seconds next = pending == nullptr ? network_time : std::min(network_time, pending->time);
    if (!choosing_.empty() && next > choosing_since_ + same_moment) {
      end_moment();
      continue;
    }
    now_ = next;
    if (pending != nullptr && pending->time <= network_time)
      advance_pending();
    else if (network_time < std::numeric_limits<Seconds>::infinity()) {
      if (const auto delivered = network_->advance()) finish(*delivered, network_time);
    } else
      break;
  }
  if (!progress_.complete()) throw progress_.deadlock();
}

// Of the operations that become ready in one moment the lowest is issued, so all of them have to be known.
void FluidSimulator::end_moment() {
  for (const StreamId stream : std::exchange(choosing_, {})) issue_from(stream, now_);
}

void FluidSimulator::issue_from(StreamId stream, Seconds now) {
  while (progress_.can_issue(stream)) {
    const OpId op = progress_.issue(stream, now);
    if (schedule_.kind(op) == OpKind::transfer) {
      const std::size_t pair = routes_.index_of(schedule_.device(op), schedule_.peer(op));
      pending_.add(op, static_cast<std::uint32_t>(pair), now, routes_.latency(pair));
    } else {
      pending_.add(op, 0, now, schedule_.seconds(op));
    }
  }
}

void FluidSimulator::advance_pending() {
  const PendingOp next = pending_.take_first();
  if (schedule_.kind(next.op) == OpKind::computation)
    finish(next.op, next.time);
  else
    network_->start(next.op, next.pair, lowered_.load(next.op), next.time);
}

void FluidSimulator::finish(OpId op, Seconds now) {
  for (const StreamId stream : progress_.finish(op, now)) {
    if (schedule_.streams()[stream].in_order())
      issue_from(stream, now);
    else {
      if (choosing_.empty()) choosing_since_ = now;
      choosing_.push_back(stream);
    }
  }
}

}  // namespace

void run_fluid(const LoweredSchedule& lowered, const Routes& routes, double allowance, Timeline& timeline) {
  FluidSimulator(lowered, routes, allowance, timeline).run();
}

}  // namespace epsim
