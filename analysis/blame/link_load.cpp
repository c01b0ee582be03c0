#include "analysis/blame/link_load.hpp"

#include <algorithm>
#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

struct Passage {
  LinkId link;
  OpId op;
};

/// The transfers over the links asked for, by link.
std::vector<Passage> passages_over(const Simulation& simulation, const std::vector<LoadQuery>& queries) {
  const Routes& routes = simulation.routes;
  std::vector<bool> is_asked(simulation.lowered.link_bandwidth.size());
  for (const LoadQuery& query : queries) is_asked[at(query.link)] = true;
  // Few routes lead over a link of the path, and there may be many transfers.
  std::vector<bool> leads_there(routes.pairs().size());
  for (std::size_t pair = 0; pair < leads_there.size(); ++pair)
    leads_there[pair] =
        std::ranges::any_of(routes.links_of(pair), [&](LinkId link) { return is_asked[at(link)]; });
  std::vector<Passage> passages;
  const Schedule& schedule = simulation.lowered.schedule;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    const std::size_t pair = routes.index_of(schedule.device(op), schedule.peer(op));
    if (!leads_there[pair]) continue;
    for (const LinkId link : routes.links_of(pair))
      if (is_asked[at(link)]) passages.push_back({link, op});
  }
  std::ranges::stable_sort(passages, {}, &Passage::link);
  return passages;
}

/// What a link had carried by a time, in bytes and in seconds of transfers: straight between the moments in
/// which a transfer begins or ends.
class Carried {
 public:
  Carried(const Simulation& simulation, std::span<const Passage> passages) {
    struct Change {
      Seconds time;
      double rate;
      double flows;
    };
    const Schedule& schedule = simulation.lowered.schedule;
    std::vector<Change> changes;
    for (const auto [link, op] : passages) {
      const Seconds begin = simulation.timeline.started()[op] +
                            simulation.routes.latency(schedule.device(op), schedule.peer(op));
      const Seconds end = simulation.timeline.finished()[op];
      if (end <= begin) continue;
      const double rate = static_cast<double>(simulation.lowered.load(op)) / (end - begin);
      changes.push_back({begin, rate, 1});
      changes.push_back({end, -rate, -1});
    }
    std::ranges::sort(changes, {}, &Change::time);
    double rate = 0;
    double flows = 0;
    for (const Change& change : changes) {
      Point next{change.time};
      if (!points_.empty()) {
        const Seconds passed = change.time - points_.back().time;
        next.bytes = points_.back().bytes + rate * passed;
        next.flow_seconds = points_.back().flow_seconds + flows * passed;
      }
      rate += change.rate;
      flows += change.flows;
      points_.push_back(next);
    }
  }

  struct Point {
    Seconds time = 0;
    double bytes = 0;
    double flow_seconds = 0;
  };
  [[nodiscard]] Point by(Seconds time) const {
    const auto after = std::ranges::upper_bound(points_, time, {}, &Point::time);
    if (after == points_.begin()) return {time};
    const Point& before = *(after - 1);
    if (after == points_.end()) return before;
    const double part = (time - before.time) / (after->time - before.time);
    return {time, before.bytes + part * (after->bytes - before.bytes),
            before.flow_seconds + part * (after->flow_seconds - before.flow_seconds)};
  }

 private:
  std::vector<Point> points_;
};

}  // namespace

std::vector<LinkLoad> link_loads(const Simulation& simulation, const std::vector<LoadQuery>& queries) {
  if (queries.empty()) return {};
  const std::vector<Passage> passages = passages_over(simulation, queries);
  std::vector<std::size_t> by_link(queries.size());
  std::iota(by_link.begin(), by_link.end(), std::size_t{0});
  std::ranges::stable_sort(by_link, {}, [&](std::size_t q) { return queries[q].link; });
  std::vector<LinkLoad> loads(queries.size());
  for (std::size_t i = 0; i < by_link.size();) {
    const LinkId link = queries[by_link[i]].link;
    const Carried carried(simulation, std::ranges::equal_range(passages, link, {}, &Passage::link));
    for (; i < by_link.size() && queries[by_link[i]].link == link; ++i) {
      const LoadQuery& query = queries[by_link[i]];
      const Seconds length = query.end - query.begin;
      if (length <= 0) continue;
      const Carried::Point before = carried.by(query.begin);
      const Carried::Point after = carried.by(query.end);
      loads[by_link[i]] = {
          (after.bytes - before.bytes) / (simulation.lowered.link_bandwidth[at(link)] * length),
          (after.flow_seconds - before.flow_seconds) / length};
    }
  }
  return loads;
}

}  // namespace epsim
