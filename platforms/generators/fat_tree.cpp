// A three-tier fat tree of switches with k ports (Al-Fares, Loukissas and Vahdat, A Scalable, Commodity Data
// Center Network Architecture, 2008): k pods of k/2 edge switches with k/2 devices each, k^3/4 devices.
//
// Oversubscribed, an edge switch has fewer cables upwards, (k/2) / oversubscription of them rounded down but
// at least one, and so many aggregation switches has a pod; together they carry the bandwidth of the k/2
// devices / oversubscription. Above the aggregation switches nothing is oversubscribed further.
#include <fmt/format.h>

#include <algorithm>

#include "platforms/generators/generator.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

struct Tree {
  int half;  ///< k/2: devices of an edge switch, edge switches of a pod, cores of an aggregation switch
  int aggregations;      ///< of a pod
  BytesPerSecond cable;  ///< above the edge switches

  explicit Tree(const TopologySpec& spec)
      : half(spec.count("k") / 2),
        aggregations(std::max(1, static_cast<int>(half / spec.number("oversubscription")))),
        cable(spec.number("bandwidth") * half / spec.number("oversubscription") / aggregations) {}

  [[nodiscard]] int pods() const { return 2 * half; }
  [[nodiscard]] int devices() const { return pods() * half * half; }
};

std::vector<VertexId> add_cores(const Tree& tree, const Site& site) {
  std::vector<VertexId> cores;
  for (int aggregation = 0; aggregation < tree.aggregations; ++aggregation)
    for (int core = 0; core < tree.half; ++core)
      cores.push_back(site.add_switch(fmt::format("core{}.{}", aggregation, core)));
  return cores;
}

void add_pod(const Tree& tree, const TopologySpec& spec, const Site& site, int pod,
             const std::vector<VertexId>& cores) {
  const Seconds latency = spec.number("latency");
  std::vector<VertexId> aggregations;
  for (int aggregation = 0; aggregation < tree.aggregations; ++aggregation) {
    aggregations.push_back(site.add_switch(fmt::format("aggregation{}.{}", pod, aggregation)));
    for (int core = 0; core < tree.half; ++core)
      site.connect(aggregations.back(), cores[at(aggregation * tree.half + core)], tree.cable, latency);
  }
  for (int edge = 0; edge < tree.half; ++edge) {
    const VertexId vertex = site.add_switch(fmt::format("edge{}.{}", pod, edge));
    const std::size_t first = at((pod * tree.half + edge) * tree.half);
    for (std::size_t end = first; end < std::min(first + at(tree.half), site.ends.size()); ++end)
      site.connect(site.ends[end], vertex, spec.number("bandwidth"), latency);
    for (const VertexId aggregation : aggregations) site.connect(vertex, aggregation, tree.cable, latency);
  }
}

RoutingRule join(const TopologySpec& spec, const Site& site) {
  const Tree tree(spec);
  const std::vector<VertexId> cores = add_cores(tree, site);
  for (int pod = 0; pod < tree.pods(); ++pod) add_pod(tree, spec, site, pod, cores);
  return in_order("shortest", site.ends.size());
}

TopologyFacts facts(const TopologySpec& spec) {
  const Tree tree(spec);
  const std::int64_t upper = std::int64_t{2} * tree.pods() * tree.half * tree.aggregations;
  return {.ends = tree.devices(),
          .links = 2 * (tree.devices() + upper),
          .port_bandwidth = spec.number("bandwidth"),
          .flow_bandwidth = std::min(spec.number("bandwidth"), tree.cable),
          .shares_cables = true,
          .oversubscription = spec.number("oversubscription"),
          .size_parameter = "k"};
}

std::optional<SpecFault> fault(const TopologySpec& spec) {
  const int k = spec.count("k");
  if (spec.number("oversubscription") < 1)
    return SpecFault{"oversubscription", "below 1 an edge switch would need more than k ports",
                     "give 1 to 1000"};
  if (k % 2 == 0) return std::nullopt;
  return SpecFault{"k", fmt::format("{} is odd, but half of a switch's ports go up", k),
                   fmt::format("give {} or {}", k - 1, k + 1)};
}

}  // namespace

Generator fat_tree() {
  using P = Parameter;
  return {.name = "fat_tree",
          .summary = "three tiers of switches with k ports each, k^3/4 devices",
          .parameters = {{"k", P::Count{2, 64}, std::nullopt, ParameterRole::places},
                         {"bandwidth", P::Bandwidth(), 50e9},
                         {"latency", P::Duration(), 2e-6},
                         {"oversubscription", P::Number{0.01, 1000, "0.01 to 1000"}, 1}},
          .facts = facts,
          .fault = fault,
          .join = join,
          .parts = as_nodes_of_one,
          .fit = fit_into};
}

}  // namespace epsim
