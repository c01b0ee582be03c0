#include "analysis/blame/link_load.hpp"

#include <algorithm>
#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

/// The transfers over the links asked for, link after link.
class TransfersOfLinks {
 public:
  TransfersOfLinks(const Simulation& simulation, const std::vector<LoadQuery>& queries)
      : first_(simulation.lowered.link_bandwidth.size() + 1) {
    std::vector<bool> is_asked(first_.size());
    for (const LoadQuery& query : queries) is_asked[at(query.link)] = true;
    const auto visit_all = [&](const auto& visit) {
      const Schedule& schedule = simulation.lowered.schedule;
      for (OpId op = 0; op < schedule.size(); ++op) {
        if (schedule.kind(op) != OpKind::transfer) continue;
        for (const LinkId link : simulation.routes.links_between(schedule.device(op), schedule.peer(op)))
          if (is_asked[at(link)]) visit(at(link), op);
      }
    };
    visit_all([&](std::size_t link, OpId) { ++first_[link + 1]; });
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    ops_.resize(first_.back());
    std::vector<std::size_t> next = first_;
    visit_all([&](std::size_t link, OpId op) { ops_[next[link]++] = op; });
  }

  [[nodiscard]] std::span<const OpId> over(LinkId link) const {
    return {ops_.data() + first_[at(link)], first_[at(link) + 1] - first_[at(link)]};
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<OpId> ops_;
};

/// Bytes that a link had carried by a time: straight between the moments in which a transfer begins or ends.
class CarriedBytes {
 public:
  CarriedBytes(const Simulation& simulation, std::span<const OpId> transfers) {
    struct Change {
      Seconds time;
      double rate;
    };
    const Schedule& schedule = simulation.lowered.schedule;
    std::vector<Change> changes;
    for (const OpId op : transfers) {
      const Seconds begin = simulation.timeline.started()[op] +
                            simulation.routes.latency(schedule.device(op), schedule.peer(op));
      const Seconds end = simulation.timeline.finished()[op];
      if (end <= begin) continue;
      const double rate = static_cast<double>(simulation.lowered.load(op)) / (end - begin);
      changes.push_back({begin, rate});
      changes.push_back({end, -rate});
    }
    std::ranges::sort(changes, {}, &Change::time);
    double rate = 0;
    for (const Change& change : changes) {
      const double carried =
          points_.empty() ? 0 : points_.back().carried + rate * (change.time - points_.back().time);
      rate += change.rate;
      points_.push_back({change.time, carried});
    }
  }

  [[nodiscard]] double by(Seconds time) const {
    const auto after = std::ranges::upper_bound(points_, time, {}, &Point::time);
    if (after == points_.begin()) return 0;
    const Point& before = *(after - 1);
    if (after == points_.end()) return before.carried;
    return before.carried +
           (after->carried - before.carried) * (time - before.time) / (after->time - before.time);
  }

 private:
  struct Point {
    Seconds time;
    double carried;
  };
  std::vector<Point> points_;
};

}  // namespace

std::vector<double> link_loads(const Simulation& simulation, const std::vector<LoadQuery>& queries) {
  const TransfersOfLinks transfers(simulation, queries);
  std::vector<std::size_t> by_link(queries.size());
  std::iota(by_link.begin(), by_link.end(), std::size_t{0});
  std::ranges::stable_sort(by_link, {}, [&](std::size_t q) { return queries[q].link; });
  std::vector<double> loads(queries.size());
  for (std::size_t i = 0; i < by_link.size();) {
    const LinkId link = queries[by_link[i]].link;
    const CarriedBytes carried(simulation, transfers.over(link));
    for (; i < by_link.size() && queries[by_link[i]].link == link; ++i) {
      const LoadQuery& query = queries[by_link[i]];
      const double most = simulation.lowered.link_bandwidth[at(link)] * (query.end - query.begin);
      loads[by_link[i]] = most > 0 ? (carried.by(query.end) - carried.by(query.begin)) / most : 0;
    }
  }
  return loads;
}

}  // namespace epsim
