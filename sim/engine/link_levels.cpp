#include "sim/engine/link_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

/// Levels that differ by less, as a part of them, are the same.
constexpr double rounding = 1e-12;
/// What summing up rates cannot tell from nothing, as a part of a link's bandwidth.
constexpr double least_part = 1e-14;

}  // namespace

LinkLevels::LinkLevels(const Routes& routes, const std::vector<bool>& binding,
                       const std::vector<BytesPerSecond>& bandwidth, double slack)
    : slack_(std::max(slack, rounding)),
      bandwidth_(bandwidth.begin(), bandwidth.end()),
      levels_(bandwidth.size()),
      states_(bandwidth.size()),
      curves_(bandwidth.size()),
      lists_(bandwidth.size()) {
  if (routes.pairs().size() >= names_pair || bandwidth.size() >= names_pair)
    throw simulation_error("fluid engine", "more than 2^31 links or pairs of devices",
                           "use --engine simgrid");
  route_begin_.push_back(0);
  for (std::size_t pair = 0; pair < routes.pairs().size(); ++pair) {
    for (const LinkId link : routes.links_of(pair))
      if (binding[at(link)]) route_links_.push_back(static_cast<LinkIndex>(link));
    route_begin_.push_back(route_links_.size());
  }
  for (LinkIndex link = 0; link < links(); ++link) become_idle(link);
}

void LinkLevels::become_idle(LinkIndex link) {
  levels_[link] = bandwidth_[link];
  states_[link].unused = bandwidth_[link];
  states_[link].must_search = false;
  curves_[link] = {.served = 0, .since = now_};
  set_bounds(link);
}

void LinkLevels::mark_retimed(LinkIndex link) {
  if (states_[link].is_retimed) return;
  states_[link].is_retimed = true;
  retimed_.push_back(link);
}

// --- flows

void LinkLevels::insert(const Fresh& fresh) {
  auto id = static_cast<std::uint32_t>(flows_.size());
  if (free_flows_.empty()) {
    flows_.emplace_back();
  } else {
    id = free_flows_.back();
    free_flows_.pop_back();
  }
  Flow& flow = flows_[id];
  flow.op = fresh.op;
  flow.pair = fresh.pair;
  Elsewhere owner = {infinity, nowhere};
  std::size_t count = 0;
  for_each_link(fresh.pair, [&](LinkIndex link) {
    if (is_lower(levels_[link], link, owner.level, owner.link)) owner = {levels_[link], link};
    if (count < 2) flow.link[count] = link;
    ++count;
  });
  for (std::size_t i = 0; i < 2 && count == 2; ++i)
    flow.place[i] = static_cast<std::uint32_t>(lists_[flow.link[i]].size());
  for_each_link(fresh.pair, [&](LinkIndex link) {
    lists_[link].push_back({id, count == 2 ? flow.link[0] ^ flow.link[1] ^ link : fresh.pair | names_pair});
  });
  own(owner.link, id, fresh.bytes);
  set_bounds(owner.link);
  for_each_link(fresh.pair, [&](LinkIndex link) { take(link, owner.level); });
}

void LinkLevels::unlist(LinkIndex link, std::uint32_t flow) {
  std::vector<Entry>& list = lists_[link];
  const Flow& gone = flows_[flow];
  std::size_t at = 0;
  if (route_begin_[gone.pair + 1] - route_begin_[gone.pair] == 2)
    at = gone.place[gone.link[0] == link ? 0 : 1];
  else
    while (list[at].flow != flow) ++at;
  list[at] = list.back();
  list.pop_back();
  if (at == list.size() || (list[at].other & names_pair) != 0) return;
  Flow& moved = flows_[list[at].flow];
  moved.place[moved.link[0] == link ? 0 : 1] = static_cast<std::uint32_t>(at);
}

OpId LinkLevels::depart(LinkIndex owner, Seconds now) {
  now_ = now;
  const std::uint32_t id = curves_[owner].next;
  const double rate = levels_[owner];
  const Flow& flow = flows_[id];
  disown(owner, id);
  for_each_link(flow.pair, [&](LinkIndex link) {
    unlist(link, id);
    if (lists_[link].empty()) return become_idle(link);
    set_bounds(link);
    take(link, -rate);
    open_if_it_limits_nothing(link);
  });
  free_flows_.push_back(id);
  return flow.op;
}

void LinkLevels::own(LinkIndex link, std::uint32_t flow, double remaining) {
  Curve& curve = curves_[link];
  const double finish = served_now(link) + remaining;
  flows_[flow].finish = finish;
  ++states_[link].owned;
  if (finish > curve.finish || (finish == curve.finish && flows_[flow].op > flows_[curve.next].op)) return;
  curve.finish = finish;
  curve.next = flow;
  mark_retimed(link);
}

void LinkLevels::disown(LinkIndex link, std::uint32_t flow) {
  --states_[link].owned;
  if (curves_[link].next != flow) return;
  states_[link].must_search = true;
  mark_retimed(link);
}

void LinkLevels::find_next(LinkIndex link) {
  Curve& curve = curves_[link];
  states_[link].must_search = false;
  curve.finish = infinity;
  curve.next = nowhere;
  if (states_[link].owned == 0) return;
  const double level = levels_[link];
  for (const Entry& entry : lists_[link]) {
    const Elsewhere other = elsewhere(link, entry.other);
    if (!is_lower(level, link, other.level, other.link)) continue;
    const Flow& flow = flows_[entry.flow];
    if (flow.finish > curve.finish || (flow.finish == curve.finish && flow.op > flows_[curve.next].op))
      continue;
    curve.finish = flow.finish;
    curve.next = entry.flow;
  }
}

Seconds LinkLevels::next_departure(LinkIndex link) const {
  const Curve& curve = curves_[link];
  if (curve.next == nowhere) return infinity;
  return std::max(now_, curve.since + (curve.finish - curve.served) / levels_[link]);
}

// --- bounds

void LinkLevels::set_bounds(LinkIndex link) {
  State& state = states_[link];
  if (state.is_marked) return;
  if (state.owned == 0) {
    state.high = infinity;
    state.low = -rounding * bandwidth_[link];
    return;
  }
  const double given = static_cast<double>(state.owned) * levels_[link];
  const double least = least_part * bandwidth_[link];
  state.high = levels_[link] < bandwidth_[link] ? slack_ * given + least : infinity;
  state.low = -rounding * given - least;
}

void LinkLevels::take(LinkIndex link, double rate) {
  states_[link].unused -= rate;
  check_bounds(link);
}

void LinkLevels::check_bounds(LinkIndex link) {
  const State& state = states_[link];
  if (state.unused < state.low || state.unused > state.high) mark(link);
}

/// Its level concerns no flow's rate then.
void LinkLevels::open_if_it_limits_nothing(LinkIndex link) {
  if (states_[link].owned == 0 && states_[link].unused >= 0) levels_[link] = bandwidth_[link];
}

void LinkLevels::mark(LinkIndex link) {
  State& state = states_[link];
  if (state.is_marked) return;
  state.is_marked = true;
  state.low = -infinity;  // once is enough
  state.high = infinity;
  if (!is_settling_) {
    marked_.push_back(link);
    return;
  }
  __builtin_prefetch(lists_[link].data());
  __builtin_prefetch(&curves_[link], 1);
  waiting_.push_back({estimate(link), link});
  std::push_heap(waiting_.begin(), waiting_.end(), std::greater<>());
}

/// Where the level will be at least.
double LinkLevels::estimate(LinkIndex link) const {
  const State& state = states_[link];
  const double equal_share = bandwidth_[link] / static_cast<double>(lists_[link].size());
  if (state.owned == 0) return equal_share;
  const double level = levels_[link] + state.unused / static_cast<double>(state.owned);
  return state.unused >= 0 ? std::min(level, bandwidth_[link]) : std::max(level, equal_share);
}

// --- everything anew

void LinkLevels::verify() const {
  for (LinkIndex link = 0; link < links(); ++link) {
    if (lists_[link].empty()) continue;
    double used = 0;
    std::uint32_t owned = 0;
    double finish = infinity;
    for (const Entry& entry : lists_[link]) {
      const Elsewhere other = elsewhere(link, entry.other);
      used += std::min(levels_[link], other.level);
      if (!is_lower(levels_[link], link, other.level, other.link)) continue;
      ++owned;
      finish = std::min(finish, flows_[entry.flow].finish);
    }
    const State& state = states_[link];
    const double unused = bandwidth_[link] - used;
    const double tiny = 1e-9 * bandwidth_[link];
    const double most_unused = slack_ * static_cast<double>(owned) * levels_[link] + tiny;
    const bool is_full = owned == 0 || levels_[link] == bandwidth_[link] || unused <= most_unused;
    if (std::abs(unused - state.unused) > tiny || owned != state.owned || finish != curves_[link].finish ||
        unused < -tiny || !is_full)
      throw internal_error("fluid engine",
                           fmt::format("at {} s link {} with {} flows has {} B/s unused (kept: {}), owns {} "
                                       "(kept: {}), level {} of {}",
                                       now_, link, lists_[link].size(), unused, state.unused, owned,
                                       state.owned, levels_[link], bandwidth_[link]),
                           "--engine simgrid runs it");
  }
}

}  // namespace epsim
