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

void FluidNetwork::start(StepId step, std::uint32_t pair, Bytes bytes, Seconds now) {
  const FlowId flow = solver_.arrive(step, pair, bytes, now);
  const Seconds wait = std::max(solver_.patience_of_arrival(pair, bytes), rounding_of(now));
  const LinkId first = solver_.flows().identity(flow).first;
  bool is_joining = false;  // links that were apart
  solver_.flows().for_each_link(pair, [&](LinkId link) {
    is_joining |= state(link).window != state(first).window || state(link).window == no_window;
  });
  ask_for_solve(first, now + wait, is_joining);
}

// A window's end can be moved forward; a link outside of any gets an event of its own.
void FluidNetwork::ask_for_solve(LinkId link, Seconds deadline, bool is_joining) {
  LinkState& link_state = state(link);
  if (link_state.window != no_window) {
    Window& window = windows_[link_state.window];
    if (is_joining) window.stays_whole = false;
    if (deadline >= window.end) return;
    window.end = deadline;
    if (deadline < window.event) push_window(link_state.window);
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
  const Window& window = windows_[event.id];
  return event.solve != window.solve || event.time != window.event;
}

Seconds FluidNetwork::next_event() {
  while (!events_.empty() && is_stale(events_.front())) pop();
  return events_.empty() ? never : events_.front().time;
}

std::optional<StepId> FluidNetwork::advance() {
  const Event event = pop();
  if (event.kind == EventKind::window) return advance_window(event);
  solve(static_cast<LinkId>(event.id), event.time);
  return std::nullopt;
}

std::optional<StepId> FluidNetwork::advance_window(const Event& event) {
  Window& window = windows_[event.id];
  if (window.departures.empty() || window.end < window.departures.front().time) {
    end_window(event);
    return std::nullopt;
  }
  const Departure next = window.departures.front();
  std::pop_heap(window.departures.begin(), window.departures.end(), std::greater<>());
  window.departures.pop_back();
  std::optional<StepId> delivered;
  if (state(next.first).solve == event.solve) delivered = depart(next);  // else it is another window's
  if (window.solve == event.solve) push_window(event.id);
  return delivered;
}

StepId FluidNetwork::depart(const Departure& departure) {
  const ActiveFlows::Identity gone = solver_.flows().identity(departure.entry.flow);
  solver_.depart(departure.entry.flow, departure.time);
  solver_.flows().for_each_link(gone.pair, [&](LinkId link) {
    if (solver_.flows().on(link).size() == 0) leave_window(link);
  });
  return gone.step;
}

// Solving opens windows, perhaps in the place of this one once all of its links have left it.
void FluidNetwork::end_window(const Event& event) {
  std::vector<LinkId> links;
  for (const LinkId link : windows_[event.id].links)
    if (state(link).solve == event.solve && solver_.flows().on(link).size() > 0) links.push_back(link);
  if (windows_[event.id].stays_whole && !links.empty()) {
    solver_.solve_links(std::move(links), event.time);
    open_window();
    return;
  }
  for (const LinkId link : links)
    if (state(link).solve == event.solve) solve(link, event.time);
}

void FluidNetwork::solve(LinkId seed, Seconds now) {
  solver_.solve_component_of(seed, now);
  open_window();
}

void FluidNetwork::open_window() {
  ++solves_;
  for (const LinkId link : solver_.component()) leave_window(link);
  auto id = static_cast<std::uint32_t>(windows_.size());
  if (free_windows_.empty()) {
    windows_.emplace_back();
  } else {
    id = free_windows_.back();
    free_windows_.pop_back();
  }
  Window& window = windows_[id];
  window.solve = solves_;
  window.end = solver_.window_end() + rounding_of(solver_.window_end());
  window.stays_whole = !solver_.was_exact();
  window.links = solver_.component();
  window.links_left = window.links.size();
  window.departures = solver_.departures();
  std::make_heap(window.departures.begin(), window.departures.end(), std::greater<>());
  for (const LinkId link : window.links) state(link) = {.solve = solves_, .window = id};
  push_window(id);
}

void FluidNetwork::push_window(std::uint32_t id) {
  Window& window = windows_[id];
  window.event = window.next();
  if (window.event < never) push({window.event, window.solve, id, EventKind::window});
}

void FluidNetwork::leave_window(LinkId link) {
  const std::uint32_t id = std::exchange(state(link).window, no_window);
  if (id == no_window || --windows_[id].links_left > 0) return;
  windows_[id].solve = 0;
  free_windows_.push_back(id);
}

}  // namespace epsim
