#include "platforms/routes.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "platforms/routing/policy.hpp"

namespace epsim {
namespace {

/// The finders of both classes of links, each made when it is first needed.
class RouteFinders {
 public:
  explicit RouteFinders(const Topology& topology) : topology_(topology), any_rule_(rule_for_any(topology)) {}

  void begin_at(DeviceId source) {
    source_ = source;
    begun_ = {};
  }

  /// Appends the links to `destination`.
  void append(DeviceId destination, std::vector<LinkId>& route) {
    const bool inside = topology_.node_of(source_) == topology_.node_of(destination);
    const LinkClass link_class = inside ? LinkClass::scale_up : LinkClass::scale_out;
    RouteFinder& finder = finder_of(link_class);
    if (!std::exchange(begun_[at(link_class)], true)) finder.begin_at(source_);
    if (!finder.append(destination, route))
      throw input_error("platform",
                        "no route from " + topology_.name_of_vertex(source_) + " to " +
                            topology_.name_of_vertex(destination),
                        "join them by links through switches");
  }

 private:
  /// Devices in the order of the switches that they hang on, so that those of one switch are spread evenly.
  static RoutingRule rule_for_any(const Topology& topology) {
    std::vector<std::pair<VertexId, DeviceId>> order;
    std::vector<VertexId> switch_of(at(topology.device_count()), std::numeric_limits<VertexId>::max());
    for (const Link& link : topology.links())
      if (topology.is_device(link.to) && !topology.is_device(link.from))
        switch_of[at(link.to)] = std::min(switch_of[at(link.to)], link.from);
    for (DeviceId device = 0; device < topology.device_count(); ++device)
      order.emplace_back(switch_of[at(device)], device);
    std::sort(order.begin(), order.end());
    RoutingRule rule{"shortest", {}, std::vector<int>(order.size())};
    for (std::size_t place = 0; place < order.size(); ++place)
      rule.address[at(order[place].second)] = static_cast<int>(place);
    return rule;
  }

  RouteFinder& finder_of(LinkClass link_class) {
    std::unique_ptr<RouteFinder>& finder = finders_[at(link_class)];
    if (finder) return *finder;
    const RoutingRule* rule = topology_.rule(link_class);
    std::optional<RoutingTask>& task = tasks_[at(link_class)];
    if (rule)
      task.emplace(RoutingTask{topology_, link_class, *rule});
    else
      task.emplace(RoutingTask{topology_, std::nullopt, any_rule_});
    finder = routing_policy(task->rule.policy).finder(*task);
    return *finder;
  }

  const Topology& topology_;
  RoutingRule any_rule_;
  std::array<std::optional<RoutingTask>, 2> tasks_;
  std::array<std::unique_ptr<RouteFinder>, 2> finders_;
  std::array<bool, 2> begun_ = {};
  DeviceId source_ = 0;
};

}  // namespace

Routes::Routes(const Topology& topology, std::vector<std::pair<DeviceId, DeviceId>> pairs, DeviceCaps caps) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  pairs_.reserve(pairs.size());
  first_link_.reserve(pairs.size() + 1);
  RouteFinders finders(topology);
  for (auto pair = pairs.begin(); pair != pairs.end();) {
    const DeviceId source = pair->first;
    finders.begin_at(source);
    for (; pair != pairs.end() && pair->first == source; ++pair) {
      if (caps == DeviceCaps::on_every_route) links_.push_back(sending_cap(topology, source));
      finders.append(pair->second, links_);
      if (caps == DeviceCaps::on_every_route) links_.push_back(receiving_cap(topology, pair->second));
      end_route(topology, source, pair->second);
    }
  }
  index_sources(topology.device_count());
}

void Routes::end_route(const Topology& topology, DeviceId source, DeviceId destination) {
  Seconds latency = 0;
  for (std::size_t i = first_link_.back(); i < links_.size(); ++i)
    if (links_[i] < topology.link_count()) latency += topology.link(links_[i]).latency;
  first_link_.push_back(links_.size());
  latency_.push_back(latency);
  pairs_.push_back({source, destination});
}

void Routes::index_sources(int devices) {
  first_pair_of_source_.assign(static_cast<std::size_t>(devices) + 1, 0);
  for (const Pair& pair : pairs_) ++first_pair_of_source_[at(pair.source) + 1];
  std::partial_sum(first_pair_of_source_.begin(), first_pair_of_source_.end(), first_pair_of_source_.begin());
}

std::span<const LinkId> Routes::links_between(DeviceId source, DeviceId destination) const {
  return links_of(index_of(source, destination));
}

Seconds Routes::latency(DeviceId source, DeviceId destination) const {
  return latency_[index_of(source, destination)];
}

std::size_t Routes::index_of(DeviceId source, DeviceId destination) const {
  const auto row = at(source);
  const std::size_t begin = first_pair_of_source_[row];
  const std::size_t end = first_pair_of_source_[row + 1];
  // Where all destinations are present, as in an all-to-all, the place is known without a search.
  const std::size_t guess =
      begin + static_cast<std::size_t>(destination < source ? destination : destination - 1);
  if (guess < end && pairs_[guess].destination == destination) return guess;
  const auto first = pairs_.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(end);
  const auto found = std::lower_bound(first, last, destination,
                                      [](const Pair& pair, DeviceId d) { return pair.destination < d; });
  return static_cast<std::size_t>(found - pairs_.begin());
}

}  // namespace epsim
