#include "analysis/blame/blame.hpp"

#include <algorithm>
#include <map>

#include "analysis/blame/link_load.hpp"
#include "analysis/blame/mean_shares.hpp"

namespace epsim {
namespace {

/// `medium`: scale_up, scale_out or device_cap.
Cause transfer_over(Resource medium) {
  constexpr std::array causes = {Cause::scale_up_transfer, Cause::scale_out_transfer,
                                 Cause::device_cap_transfer};
  return causes[at(medium) - at(Resource::scale_up)];
}

Cause sharing_of(Resource medium) {
  constexpr std::array causes = {Cause::scale_up_sharing, Cause::scale_out_sharing,
                                 Cause::device_cap_sharing};
  return causes[at(medium) - at(Resource::scale_up)];
}

/// Blames the steps of a path one by one; how full links were is asked for all of them together in the end.
class PathBlame {
 public:
  PathBlame(const Cluster& cluster, const Simulation& simulation)
      : cluster_(cluster),
        simulation_(simulation),
        schedule_(simulation.lowered.schedule),
        mean_shares_(cluster, schedule_) {}

  std::vector<BlamedStep> run() {
    for (const PathStep& step : critical_path(schedule_, simulation_.timeline)) {
      BlamedStep blamed{step, {}, {}};
      blamed.seconds[at(Cause::unexplained)] = step.unexplained;
      const Seconds taken = step.end - step.begin - step.unexplained;
      if (schedule_.kind(step.op) == OpKind::transfer)
        blame_transfer(blamed, taken);
      else
        blame_computation(blamed, taken);
      path_.push_back(blamed);
    }
    blame_sharing();
    return std::move(path_);
  }

 private:
  void blame_computation(BlamedStep& blamed, Seconds taken) const {
    const OpId op = blamed.step.op;
    constexpr std::array costs = {Cause::computation, Cause::start_up, Cause::message_overhead,
                                  Cause::least_duration};  // by Work
    if (schedule_.work(op) != Work::device) {
      blamed.seconds[at(costs[at(schedule_.work(op))])] = taken;
      return;
    }
    const double share = mean_shares_.of(schedule_.phase(op), schedule_.device(op));
    blamed.seconds[at(Cause::computation)] = share * taken;
    blamed.seconds[at(Cause::hot_device)] = taken - share * taken;
  }

  void blame_transfer(BlamedStep& blamed, Seconds taken) {
    const OpId op = blamed.step.op;
    const std::size_t pair = simulation_.routes.index_of(schedule_.device(op), schedule_.peer(op));
    const auto links = simulation_.routes.links_of(pair);
    const auto& bandwidth = simulation_.lowered.link_bandwidth;
    const LinkId narrowest = *std::ranges::min_element(links, {}, [&](LinkId l) { return bandwidth[at(l)]; });
    const Seconds latency = simulation_.routes.latency(pair);
    Seconds alone = static_cast<double>(simulation_.lowered.load(op)) / bandwidth[at(narrowest)];
    // What is no more than rounding, or the precision of the engine, is not sharing.
    const Seconds rounding = 10 * simgrid_resolution + 1e-12 * blamed.step.end;
    const Seconds rest = taken - latency - alone;
    if (rest <= rounding)
      alone += rest;
    else
      sharing_.push_back({path_.size(), pair, rest});
    blamed.seconds[at(blamed.step.release == Release::window ? Cause::window : Cause::latency)] = latency;
    blamed.seconds[at(transfer_over(resource_of(cluster_.topology, narrowest)))] = alone;
  }

  void blame_sharing() {
    std::vector<LoadQuery> queries;
    for (const Sharing& one : sharing_) {
      const PathStep& step = path_[one.step].step;
      const Seconds begin = step.begin + step.unexplained + simulation_.routes.latency(one.pair);
      for (const LinkId link : simulation_.routes.links_of(one.pair))
        queries.push_back({link, begin, step.end});
    }
    const std::vector<LinkLoad> loads = link_loads(simulation_, queries);
    std::size_t first = 0;
    for (const Sharing& one : sharing_) {
      const std::size_t links = simulation_.routes.links_of(one.pair).size();
      BlamedStep& blamed = path_[one.step];
      blamed.link =
          limiting(std::span(queries).subspan(first, links), std::span(loads).subspan(first, links));
      blamed.seconds[at(sharing_of(resource_of(cluster_.topology, *blamed.link)))] = one.seconds;
      first += links;
    }
  }

  /// Under max-min sharing a flow is limited by a link that is full and gives no flow more than it. So of the
  /// links that are about as full as the fullest, the one whose flows get least on average; the first of
  /// equals.
  [[nodiscard]] LinkId limiting(std::span<const LoadQuery> links, std::span<const LinkLoad> loads) const {
    constexpr double about = 0.9;
    constexpr double visible = 1 - 1e-6;
    const double fullest = std::ranges::max(loads, {}, &LinkLoad::used).used;
    std::optional<std::size_t> chosen;
    double least = 0;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (loads[i].used < about * fullest) continue;
      const double rate =
          loads[i].used * simulation_.lowered.link_bandwidth[at(links[i].link)] / loads[i].flows;
      if (chosen && rate >= visible * least) continue;
      chosen = i;
      least = rate;
    }
    return links[chosen.value_or(0)].link;
  }

  struct Sharing {
    std::size_t step;  // of path_
    std::size_t pair;
    Seconds seconds;
  };

  const Cluster& cluster_;
  const Simulation& simulation_;
  const Schedule& schedule_;
  MeanShares mean_shares_;
  std::vector<BlamedStep> path_;
  std::vector<Sharing> sharing_;
};

std::vector<LinkBlame> links_of(const std::vector<BlamedStep>& path) {
  std::map<LinkId, Seconds> seconds;
  for (const BlamedStep& one : path)
    if (one.link)
      for (std::size_t cause = 0; cause < cause_count; ++cause)
        if (is_sharing(static_cast<Cause>(cause))) seconds[*one.link] += one.seconds[cause];
  std::vector<LinkBlame> links;
  for (const auto& [link, sum] : seconds) links.push_back({link, sum});
  std::ranges::stable_sort(links, std::ranges::greater(), &LinkBlame::seconds);
  return links;
}

}  // namespace

Resource resource_of(const Topology& topology, LinkId link) {
  if (link >= topology.link_count()) return Resource::device_cap;
  return topology.link(link).link_class == LinkClass::scale_up ? Resource::scale_up : Resource::scale_out;
}

std::optional<Resource> resource_of(Cause cause) {
  constexpr std::array resources = {
      Resource::start_up,  Resource::message_overhead, Resource::least_duration, Resource::latency,
      Resource::window,    Resource::scale_up,         Resource::scale_up,       Resource::scale_out,
      Resource::scale_out, Resource::device_cap,       Resource::device_cap,     Resource::computation,
      Resource::balance};
  if (cause == Cause::unexplained) return std::nullopt;
  return resources.at(at(cause));
}

bool is_sharing(Cause cause) {
  return cause == Cause::scale_up_sharing || cause == Cause::scale_out_sharing ||
         cause == Cause::device_cap_sharing;
}

Blame blame(const Cluster& cluster, const Simulation& simulation) {
  Blame result;
  result.path = PathBlame(cluster, simulation).run();
  for (const BlamedStep& one : result.path) {
    SecondsByCause& of_phase = result.by_phase[at(simulation.lowered.schedule.phase(one.step.op))];
    for (std::size_t cause = 0; cause < cause_count; ++cause) {
      result.seconds[cause] += one.seconds[cause];
      of_phase[cause] += one.seconds[cause];
    }
  }
  result.links = links_of(result.path);
  return result;
}

std::vector<ResourceBlame> by_resource(const Blame& blame) {
  std::vector<ResourceBlame> parts(resource_count);
  for (std::size_t resource = 0; resource < resource_count; ++resource)
    parts[resource].resource = static_cast<Resource>(resource);
  for (std::size_t c = 0; c < cause_count; ++c) {
    const auto cause = static_cast<Cause>(c);
    const auto resource = resource_of(cause);
    if (!resource) continue;
    parts[at(*resource)].seconds += blame.of(cause);
    if (is_sharing(cause)) parts[at(*resource)].sharing += blame.of(cause);
  }
  std::ranges::stable_sort(parts, std::ranges::greater(), &ResourceBlame::seconds);
  return parts;
}

}  // namespace epsim
