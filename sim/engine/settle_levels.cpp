// LinkLevels::settle: from the lowest marked link upwards, each gets the level that is right for the others'.
#include <algorithm>
#include <functional>

#include "platforms/error.hpp"
#include "sim/engine/link_levels.hpp"

namespace epsim {

void LinkLevels::settle(Seconds now) {
  now_ = now;
  for (const Fresh& one : fresh_) insert(one);
  fresh_.clear();
  is_settling_ = true;
  collect_marked();
  // Levels rise link by link, so a few looks at each are enough; without a limit an error would hang.
  std::size_t looks = 1000 + 1000 * links();
  while (!waiting_.empty()) {
    std::pop_heap(waiting_.begin(), waiting_.end(), std::greater<>());
    const LinkIndex link = waiting_.back().link;
    waiting_.pop_back();
    State& state = states_[link];
    state.is_marked = false;
    set_bounds(link);
    if (state.unused >= state.low && state.unused <= state.high) continue;
    if (looks-- == 0)
      throw simulation_error("fluid engine", "internal error: sharing bandwidth does not come to an end",
                             "report this scenario; --engine simgrid runs it");
    look_elsewhere(link);
    set_level(link, water_level(link));
  }
  is_settling_ = false;
}

void LinkLevels::collect_marked() {
  for (const LinkIndex link : marked_) {
    if (!lists_[link].empty()) {
      waiting_.push_back({estimate(link), link});
    } else {
      states_[link].is_marked = false;
      set_bounds(link);
    }
  }
  marked_.clear();
  std::make_heap(waiting_.begin(), waiting_.end(), std::greater<>());
}

/// What the link's flows could have without it.
void LinkLevels::look_elsewhere(LinkIndex link) {
  const std::vector<Entry>& list = lists_[link];
  if (others_.size() < list.size()) others_.resize(2 * list.size());
  for (std::size_t i = 0; i < list.size(); ++i) others_[i] = elsewhere(link, list[i].other);
}

/// Flows that get less elsewhere are taken off, the others share the rest equally; again from the share
/// found, until none is taken off any more (Newton's method on a concave function). The estimate is such a
/// step and not above the right level, from there it only grows.
double LinkLevels::water_level(LinkIndex link) const {
  const std::size_t flows = lists_[link].size();
  const double bandwidth = bandwidth_[link];
  double level = estimate(link);
  for (;;) {
    double taken = 0;
    std::uint32_t sharing = 0;
    for (std::size_t i = 0; i < flows; ++i) {
      const bool is_taken = others_[i].level < level;
      taken += is_taken ? others_[i].level : 0.0;
      sharing += is_taken ? 0U : 1U;
    }
    if (sharing == 0 && taken > bandwidth) return level;  // all but equal, by rounding
    const double better =
        sharing > 0 ? std::min(bandwidth, (bandwidth - taken) / static_cast<double>(sharing)) : bandwidth;
    if (better <= level) return better;
    level = better;
  }
}

/// Books the change of each flow's rate on its other links, and who owns it now.
void LinkLevels::set_level(LinkIndex link, double level) {
  const double before = levels_[link];
  Curve& curve = curves_[link];
  curve.served += before * (now_ - curve.since);
  curve.since = now_;
  const std::size_t flows = lists_[link].size();
  double used = 0;
  for (std::size_t i = 0; i < flows; ++i) {
    const Entry entry = lists_[link][i];
    const Elsewhere there = others_[i];
    const double rate = std::min(level, there.level);
    const double difference = rate - std::min(before, there.level);
    used += rate;
    if ((entry.other & names_pair) == 0) {
      State& other = states_[entry.other];
      other.unused -= difference;
      if (static_cast<unsigned>(other.unused < other.low) | static_cast<unsigned>(other.unused > other.high))
        mark(entry.other);
    } else if (difference != 0) {
      for_each_other(link, entry.other, [&](LinkIndex one) { take(one, difference); });
    }
    const bool was_owned = is_lower(before, link, there.level, there.link);
    const bool is_owned = is_lower(level, link, there.level, there.link);
    if (was_owned != is_owned) change_owner(entry.flow, link, there.link, was_owned);
  }
  levels_[link] = level;
  states_[link].unused = bandwidth_[link] - used;
  if (states_[link].owned == 0) levels_[link] = bandwidth_[link];
  set_bounds(link);
  mark_retimed(link);
}

/// From or to `link`, whose curve is up to date.
void LinkLevels::change_owner(std::uint32_t flow, LinkIndex link, LinkIndex other, bool is_leaving) {
  const double here = curves_[link].served;
  const double remaining = flows_[flow].finish - (is_leaving ? here : served_now(other));
  disown(is_leaving ? link : other, flow);
  if (is_leaving) {
    own(other, flow, remaining);
  } else {
    // own() reads the level before the change, which does not matter: the curve is of this moment.
    own(link, flow, remaining);
  }
  set_bounds(other);
  check_bounds(other);
  open_if_it_limits_nothing(other);
}

}  // namespace epsim
