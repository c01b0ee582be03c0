// Minimal, for dragonflies: at most one global cable, with at most one link before it in the source's group
// and one after it in the destination's. Of the cables between two groups the one that needs the fewest
// links; of equal ones number (the destination's address mod their number).
//
// The rule's shape is groups, switches of a group, ends of a switch; the switches stand in order of
// addresses.
#include <algorithm>

#include "platforms/indexing.hpp"
#include "platforms/routing/access.hpp"

namespace epsim {
namespace {

class MinimalFinder : public RouteFinder {
 public:
  explicit MinimalFinder(const RoutingTask& task)
      : task_(task), groups_(task.rule.shape[0]), switches_(task.rule.shape[1]), ends_(task.rule.shape[2]) {}

  void begin_at(DeviceId source) override {
    start_ = access_of(task_, source);
    const VertexId first_switch = start_.switch_vertex - task_.rule.address[at(source)] / ends_;
    if (cables_.empty() || first_switch != first_switch_) find_cables(first_switch);
  }

  bool append(DeviceId destination, std::vector<LinkId>& route) override {
    const Access end = access_of(task_, destination);
    route.insert(route.end(), start_.out.begin(), start_.out.end());
    VertexId here = start_.switch_vertex;
    const auto go_to = [&](VertexId next) {
      if (here != next) route.push_back(link_between(task_, here, next));
      here = next;
    };
    if (group_of(here) != group_of(end.switch_vertex)) {
      const Link& cable = cable_to(end.switch_vertex, task_.rule.address[at(destination)]);
      go_to(cable.from);
      route.push_back(cable.id);
      here = cable.to;
    }
    go_to(end.switch_vertex);
    route.insert(route.end(), end.in.begin(), end.in.end());
    return true;
  }

 private:
  [[nodiscard]] int group_of(VertexId vertex) const { return (vertex - first_switch_) / switches_; }
  [[nodiscard]] std::vector<LinkId>& cables(int from, int to) { return cables_[at(from * groups_ + to)]; }

  /// The cables from group to group.
  void find_cables(VertexId first_switch) {
    first_switch_ = first_switch;
    cables_.assign(at(groups_) * at(groups_), {});
    const VertexId end = first_switch + groups_ * switches_;
    const auto is_switch = [&](VertexId vertex) { return vertex >= first_switch && vertex < end; };
    for (const Link& link : task_.topology.links())
      if (is_switch(link.from) && is_switch(link.to) && group_of(link.from) != group_of(link.to))
        cables(group_of(link.from), group_of(link.to)).push_back(link.id);
  }

  const Link& cable_to(VertexId last, int address) {
    const auto detours = [&](LinkId id) {
      const Link& link = task_.topology.link(id);
      return (link.from != start_.switch_vertex) + (link.to != last);
    };
    std::vector<LinkId> best;
    for (const LinkId cable : cables(group_of(start_.switch_vertex), group_of(last))) {
      if (!best.empty() && detours(cable) < detours(best.front())) best.clear();
      if (best.empty() || detours(cable) == detours(best.front())) best.push_back(cable);
    }
    return task_.topology.link(best[at(address) % best.size()]);
  }

  const RoutingTask& task_;
  int groups_;
  int switches_;
  int ends_;
  Access start_;
  VertexId first_switch_ = 0;
  std::vector<std::vector<LinkId>> cables_;
};

std::unique_ptr<RouteFinder> finder(const RoutingTask& task) {
  return std::make_unique<MinimalFinder>(task);
}

}  // namespace

RoutingPolicy minimal() {
  return {"minimal", "in a dragonfly at most one cable between groups, and one link before and after it",
          finder};
}

}  // namespace epsim
