// Properties of routing and traffic for random scenarios.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/routing/routing.hpp"
#include "sim/traffic.hpp"
#include "tests/support/property.hpp"

namespace epsim {

namespace {

struct Case {
  Scenario scenario;
  Group group;
};

/// Up to 4 nodes of up to 4 ranks, up to 4 experts each, any top_k, strategy, gate, groups and capacity.
Case any_case() {
  const auto pick = [](int from, int to) { return *rc::gen::inRange(from, to + 1); };
  const int nodes = pick(1, 4);
  const int ranks_per_node = pick(1, 4);
  Case result;
  ExpertParallel& ep = result.scenario.expert_parallel;
  ep.expert_parallel_size = nodes * ranks_per_node;
  ep.experts_per_device = pick(1, 4);
  ep.num_experts = ep.expert_parallel_size * ep.experts_per_device;
  ep.expert_groups = nodes;
  ep.kept_groups = pick(1, nodes);
  ep.top_k = pick(1, std::min(6, ep.num_experts / nodes * ep.kept_groups));
  ep.routing_strategy = *rc::gen::element(RoutingStrategy::learned_gating, RoutingStrategy::hash_based,
                                          RoutingStrategy::random);
  ep.gate = *rc::gen::element(GateKind::softmax, GateKind::sigmoid);
  ep.group_score = *rc::gen::element(GroupScore::max, GroupScore::top2_sum);
  ep.drop_tokens = *rc::gen::arbitrary<bool>();
  ep.capacity_factor = pick(2, 20) / 10.0;
  Workload& workload = result.scenario.workload;
  workload.seed = *rc::gen::arbitrary<std::uint64_t>();
  workload.skew = pick(0, 2);
  workload.embedding_dim = pick(1, 8);
  std::vector<NodeId> node_of_device;
  for (int rank = 0; rank < ep.expert_parallel_size; ++rank) {
    workload.tokens_per_device.push_back(pick(0, 40));
    node_of_device.push_back(rank / ranks_per_node);
  }
  result.group = make_group(Topology(node_of_device), ep.expert_parallel_size);
  return result;
}

Traffic traffic_of(const Case& any, const TokenRouting& routing) {
  return build_traffic(routing, place_experts(any.scenario.expert_parallel), any.group, any.scenario.payload);
}

template <class Row>
std::int64_t sum(const Row& row) {
  return std::accumulate(row.begin(), row.end(), std::int64_t{0});
}

std::int64_t delivered_of(const TokenRouting& routing, Rank rank) {
  const auto place = [&](std::size_t r) {
    return routing.expert.begin() + static_cast<std::ptrdiff_t>(routing.first_token[r] * routing.top_k);
  };
  const auto r = static_cast<std::size_t>(rank);
  return std::count_if(place(r), place(r + 1),
                       [](std::int32_t expert) { return expert != dropped_selection; });
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

TEST_CASE("traffic conserves the delivered selections at every level") {
  check_property("traffic conserves selections", [] {
    const Case any = any_case();
    const ExpertParallel& ep = any.scenario.expert_parallel;
    const TokenRouting routing = route(any.scenario, {}).routing;
    const Traffic traffic = traffic_of(any, routing);
    for (Rank home = 0; home < any.group.size(); ++home) {
      const std::int64_t selections = sum(traffic.selections.row(home));
      const std::int64_t devices = sum(traffic.device_copies.row(home));
      const std::int64_t nodes = sum(traffic.node_copies.row(home));
      RC_ASSERT(selections == delivered_of(routing, home));
      // A device holds experts_per_device experts, a node at most its devices: so many selections or copies
      // may merge into one.
      const auto node_size = static_cast<std::int64_t>(any.group.ranks_of(0).size());
      RC_ASSERT(devices <= selections && devices >= ceil_div(selections, ep.experts_per_device));
      RC_ASSERT(nodes <= devices && nodes >= ceil_div(devices, node_size));
      for (Rank far = 0; far < any.group.size(); ++far) {
        const std::int64_t tokens = any.scenario.workload.tokens_per_device[static_cast<std::size_t>(home)];
        RC_ASSERT(traffic.device_copies(home, far) <= tokens);
        RC_ASSERT(traffic.node_copies(home, any.group.node(far)) >= traffic.device_copies(home, far));
      }
    }
  });
}

TEST_CASE("the router's ledger closes") {
  check_property("selections are delivered or dropped", [] {
    const Case any = any_case();
    const RoutedTokens routed = route(any.scenario, {});
    const RoutingReport& report = routed.report;
    RC_ASSERT(report.selections == routed.routing.tokens() * routed.routing.top_k);
    RC_ASSERT(report.selections == sum(report.expert_loads) + report.dropped_selections);
    RC_ASSERT(report.capacity.has_value() == any.scenario.expert_parallel.drop_tokens);
    if (!report.capacity) RC_ASSERT(report.dropped_selections == 0);
    const Traffic traffic = traffic_of(any, routed.routing);
    for (Rank home = 0; report.capacity && home < any.group.size(); ++home)
      RC_ASSERT(std::ranges::max(traffic.selections.row(home)) <= *report.capacity);
  });
}

TEST_CASE("the same scenario routes the same tokens") {
  check_property("routing is a function of the scenario", [] {
    const Case any = any_case();
    const RoutedTokens once = route(any.scenario, {});
    const RoutedTokens again = route(any.scenario, {});
    RC_ASSERT(once.routing.expert == again.routing.expert);
    RC_ASSERT(once.routing.weight == again.routing.weight);
    RC_ASSERT(once.routing.mean_probability == again.routing.mean_probability);
  });
}

TEST_CASE("random routing hits the expected number of distinct nodes") {
  // E[G] = G (1 - C(E - E/G, k) / C(E, k)), the probability that all k miss a group of E/G experts being
  // the product over i < k of (E - E/G - i) / (E - i). The number of a token is between 1 and min(k, G), so
  // its standard deviation is below min(k, G) / 2; five of them over sqrt(tokens).
  check_property("expected distinct groups", [] {
    const int nodes = *rc::gen::inRange(2, 9);
    Scenario scenario;
    ExpertParallel& ep = scenario.expert_parallel;
    ep.routing_strategy = RoutingStrategy::random;
    ep.expert_parallel_size = nodes;
    ep.experts_per_device = *rc::gen::inRange(1, 33);
    ep.num_experts = nodes * ep.experts_per_device;
    ep.top_k = *rc::gen::inRange(1, std::min(8, ep.num_experts) + 1);
    scenario.workload.seed = *rc::gen::arbitrary<std::uint64_t>();
    scenario.workload.tokens_per_device.assign(static_cast<std::size_t>(nodes), 4000);
    std::vector<NodeId> one_device_each(static_cast<std::size_t>(nodes));
    std::iota(one_device_each.begin(), one_device_each.end(), 0);
    const Group group = make_group(Topology(one_device_each), nodes);
    const Traffic traffic =
        build_traffic(route(scenario, {}).routing, place_experts(ep), group, scenario.payload);

    double all_miss = 1;
    for (int i = 0; i < ep.top_k; ++i)
      all_miss *= static_cast<double>(ep.num_experts - ep.experts_per_device - i) / (ep.num_experts - i);
    const double expected = nodes * (1 - all_miss);
    const double tokens = 4000.0 * nodes;
    double copies = 0;
    for (Rank home = 0; home < nodes; ++home)
      copies += static_cast<double>(sum(traffic.node_copies.row(home)));
    const double tolerance = 5 * std::min(ep.top_k, nodes) / 2.0 / std::sqrt(tokens);
    RC_ASSERT(std::abs(copies / tokens - expected) < tolerance);
  });
}

}  // namespace epsim
