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
      throw internal_error("fluid engine", "sharing bandwidth does not come to an end",
                           "--engine simgrid runs it");
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

/// What the link's flows could have without it, and how they would share at the level.
LinkLevels::Share LinkLevels::look_elsewhere(LinkIndex link, double level) {
  const std::size_t flows = lists_[link].size();
  const Entry* const list = lists_[link].data();
  if (other_levels_.size() < flows) {
    other_levels_.resize(2 * flows);
    other_links_.resize(2 * flows);
  }
  Share share;
  for (std::size_t i = 0; i < flows; ++i) {
    const Elsewhere there = elsewhere(link, list[i].other);
    other_levels_[i] = there.level;
    other_links_[i] = there.link;
    const bool is_taken = there.level < level;
    share.taken += is_taken ? there.level : 0.0;
    share.sharing += is_taken ? 0U : 1U;
  }
  return share;
}

LinkLevels::Share LinkLevels::share_at(double level, std::size_t flows) const {
  const double* const others = other_levels_.data();
  Share share;
  for (std::size_t i = 0; i < flows; ++i) {
    const bool is_taken = others[i] < level;
    share.taken += is_taken ? others[i] : 0.0;
    share.sharing += is_taken ? 0U : 1U;
  }
  return share;
}

/// Flows that get less elsewhere are taken off, the others share the rest equally; again from the share
/// found, until none is taken off any more (Newton's method on a concave function). The estimate is such a
/// step and not above the right level, from there it only grows.
double LinkLevels::water_level(LinkIndex link) {
  const double bandwidth = bandwidth_[link];
  double level = estimate(link);
  Share share = look_elsewhere(link, level);
  for (;;) {
    if (share.sharing == 0 && share.taken > bandwidth) return level;  // all but equal, by rounding
    const double better =
        share.sharing > 0
            ? std::min(bandwidth, (bandwidth - share.taken) / static_cast<double>(share.sharing))
            : bandwidth;
    if (better <= level) return better;
    level = better;
    share = share_at(level, lists_[link].size());
  }
}

/// Books the change of each flow's rate on its other links, and who owns it now.
void LinkLevels::set_level(LinkIndex link, double level) {
  const double before = levels_[link];
  Curve& curve = curves_[link];
  curve.served += before * (now_ - curve.since);
  curve.since = now_;
  const std::size_t flows = lists_[link].size();
  const Entry* const list = lists_[link].data();
  double used = 0;
  for (std::size_t i = 0; i < flows; ++i) {
    const double there = other_levels_[i];
    const double rate = std::min(level, there);
    const double difference = rate - std::min(before, there);
    used += rate;
    if ((list[i].other & names_pair) == 0) {
      State& other = states_[list[i].other];
      const double unused = other.unused - difference;
      other.unused = unused;
      // Where nothing changed there is nothing to settle: links that look at each other for ever would hang.
      const unsigned is_out =
          static_cast<unsigned>(unused < other.low) | static_cast<unsigned>(unused > other.high);
      if (is_out & static_cast<unsigned>(difference != 0)) mark(list[i].other);
    } else if (difference != 0) {
      for_each_other(link, list[i].other, [&](LinkIndex one) { take(one, difference); });
    }
    const bool goes_first = link < other_links_[i];
    const bool was_owned =
        static_cast<bool>(static_cast<unsigned>(before < there) |
                          (static_cast<unsigned>(before == there) & static_cast<unsigned>(goes_first)));
    const bool is_owned =
        static_cast<bool>(static_cast<unsigned>(level < there) |
                          (static_cast<unsigned>(level == there) & static_cast<unsigned>(goes_first)));
    if (was_owned != is_owned) change_owner(list[i].flow, link, other_links_[i], was_owned);
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
