#include "sim/engine/fluid_network.hpp"

#include <functional>
#include <utility>

namespace epsim {
namespace {

// Equal moments may differ by rounding; solving them together is cheaper and not less right.
Seconds rounding_of(Seconds now) {
  return 1e-13 * now;
}

}  // namespace

FluidNetwork::FluidNetwork(const Routes& routes, std::vector<bool> binding,
                           const std::vector<BytesPerSecond>& bandwidth, FluidAccuracy accuracy)
    : solver_(routes, std::move(binding), bandwidth, accuracy), states_(bandwidth.size()) {}

void FluidNetwork::start(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) {
  const FlowId flow = solver_.arrive(op, pair, bytes, now);
  const Seconds wait = std::max(solver_.patience_of_arrival(pair, bytes), rounding_of(now));
  const LinkId first = solver_.flows().identity(flow).first;
  bool is_joining = false;  // links that were apart
  solver_.flows().for_each_link(pair, [&](LinkId link) {
    is_joining |= state(link).period != state(first).period || state(link).period == no_period;
  });
  ask_for_solve(first, now + wait, is_joining);
}

// A period's end can be moved forward; a link outside of any gets an event of its own.
void FluidNetwork::ask_for_solve(LinkId link, Seconds deadline, bool is_joining) {
  LinkState& link_state = state(link);
  if (link_state.period != no_period) {
    Period& period = periods_[link_state.period];
    if (is_joining) period.stays_whole = false;
    if (deadline >= period.end) return;
    period.end = deadline;
    if (deadline < period.event) push_period(link_state.period);
  } else if (deadline < link_state.deadline) {
    link_state.deadline = deadline;
    push({deadline, link_state.solve, static_cast<std::uint32_t>(link), EventKind::solve});
  }
}

void FluidNetwork::push(Event event) {
  events_.push_back(event);
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

FluidNetwork::Event FluidNetwork::pop() {
  std::pop_heap(events_.begin(), events_.end(), std::greater<>());
  const Event event = events_.back();
  events_.pop_back();
  return event;
}

bool FluidNetwork::is_stale(const Event& event) const {
  if (event.kind == EventKind::solve) return event.solve != states_[event.id].solve;
  const Period& period = periods_[event.id];
  return event.solve != period.solve || event.time != period.event;
}

Seconds FluidNetwork::next_event() {
  while (!events_.empty() && is_stale(events_.front())) pop();
  return events_.empty() ? never : events_.front().time;
}

std::optional<OpId> FluidNetwork::advance() {
  const Event event = pop();
  if (event.kind == EventKind::period) return advance_period(event);
  solve(static_cast<LinkId>(event.id), event.time);
  return std::nullopt;
}

std::optional<OpId> FluidNetwork::advance_period(const Event& event) {
  Period& period = periods_[event.id];
  if (period.departures.empty() || period.end < period.departures.front().time) {
    end_period(event);
    return std::nullopt;
  }
  const Departure next = period.departures.front();
  std::pop_heap(period.departures.begin(), period.departures.end(), std::greater<>());
  period.departures.pop_back();
  std::optional<OpId> delivered;
  if (state(next.first).solve == event.solve) delivered = depart(next);  // else it is another period's
  if (period.solve == event.solve) push_period(event.id);
  return delivered;
}

OpId FluidNetwork::depart(const Departure& departure) {
  const ActiveFlows::Identity gone = solver_.flows().identity(departure.entry.flow);
  solver_.depart(departure.entry.flow, departure.time);
  solver_.flows().for_each_link(gone.pair, [&](LinkId link) {
    if (solver_.flows().on(link).size() == 0) leave_period(link);
  });
  return gone.op;
}

// Solving opens periods, perhaps in the place of this one once all of its links have left it.
void FluidNetwork::end_period(const Event& event) {
  std::vector<LinkId> links;
  for (const LinkId link : periods_[event.id].links)
    if (state(link).solve == event.solve && solver_.flows().on(link).size() > 0) links.push_back(link);
  if (periods_[event.id].stays_whole && !links.empty()) {
    solver_.solve_links(std::move(links), event.time);
    open_period();
    return;
  }
  for (const LinkId link : links)
    if (state(link).solve == event.solve) solve(link, event.time);
}

void FluidNetwork::solve(LinkId seed, Seconds now) {
  solver_.solve_component_of(seed, now);
  open_period();
}

void FluidNetwork::open_period() {
  ++solves_;
  for (const LinkId link : solver_.component()) leave_period(link);
  auto id = static_cast<std::uint32_t>(periods_.size());
  if (free_periods_.empty()) {
    periods_.emplace_back();
  } else {
    id = free_periods_.back();
    free_periods_.pop_back();
  }
  Period& period = periods_[id];
  period.solve = solves_;
  period.end = solver_.period_end() + rounding_of(solver_.period_end());
  period.stays_whole = !solver_.was_exact();
  period.links = solver_.component();
  period.links_left = period.links.size();
  period.departures = solver_.departures();
  std::make_heap(period.departures.begin(), period.departures.end(), std::greater<>());
  for (const LinkId link : period.links) state(link) = {.solve = solves_, .period = id};
  push_period(id);
}

void FluidNetwork::push_period(std::uint32_t id) {
  Period& period = periods_[id];
  period.event = period.next();
  if (period.event < never) push({period.event, period.solve, id, EventKind::period});
}

void FluidNetwork::leave_period(LinkId link) {
  const std::uint32_t id = std::exchange(state(link).period, no_period);
  if (id == no_period || --periods_[id].links_left > 0) return;
  periods_[id].solve = 0;
  free_periods_.push_back(id);
}

}  // namespace epsim
