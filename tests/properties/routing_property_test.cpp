// Properties of routing and traffic for random scenarios.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/placement/placement.hpp"
#include "sim/replica_choice.hpp"
#include "sim/route.hpp"
#include "sim/traffic.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/property.hpp"

namespace epsim {

namespace {

struct Case {
  Scenario scenario;
  Group group;
};

/// Up to 4 nodes of up to 4 ranks, up to 4 experts each, any top_k, strategy, balancing, gate, groups and
/// capacity.
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
  ep.routing_strategy =
      *rc::gen::element(RoutingStrategy::learned_gating, RoutingStrategy::hash_based, RoutingStrategy::random,
                        RoutingStrategy::load_based, RoutingStrategy::similarity_based);
  ep.load_balancing =
      *rc::gen::element(LoadBalancing::token_choice_based, LoadBalancing::expert_choice_based,
                        LoadBalancing::dynamic, LoadBalancing::round_robin, LoadBalancing::load_aware);
  ep.min_capacity = pick(0, 3);
  ep.bias_update_rate = 0.1;
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
  return traffic_of(routing, first_placement(any.scenario.expert_parallel, any.group), any.group,
                    any.scenario.payload);
}

template <class Row>
std::int64_t sum(const Row& row) {
  return std::accumulate(row.begin(), row.end(), std::int64_t{0});
}

std::int64_t delivered_of(const TokenRouting& routing, Rank rank) {
  std::int64_t delivered = 0;
  const TokenRange tokens = routing.tokens_of(rank);
  for (std::int64_t token = tokens.first; token < tokens.last; ++token)
    for (const std::int32_t expert : routing.experts_of(token)) delivered += expert != dropped_selection;
  return delivered;
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
        const std::int64_t tokens = any.scenario.workload.tokens_per_device[at(home)];
        RC_ASSERT(traffic.device_copies(home, far) <= tokens);
        RC_ASSERT(traffic.node_copies(home, any.group.node(far)) >= traffic.device_copies(home, far));
      }
    }
  });
}

TEST_CASE("the router's ledger closes") {
  check_property("selections are delivered or dropped", [] {
    const Case any = any_case();
    const ExpertParallel& ep = any.scenario.expert_parallel;
    const RoutedTokens routed = route(any.scenario, {});
    const RoutingReport& report = routed.report;
    const bool experts_choose = ep.load_balancing == LoadBalancing::expert_choice_based;
    const bool limits_sources =
        ep.drop_tokens && !experts_choose && ep.load_balancing != LoadBalancing::round_robin;
    if (!experts_choose) RC_ASSERT(report.selections == routed.routing.tokens() * routed.routing.top_k);
    RC_ASSERT(report.selections == sum(report.expert_loads) + report.dropped_selections);
    RC_ASSERT(report.selections == sum(report.expert_selections));
    RC_ASSERT(report.selections == sum(report.source_selections));
    RC_ASSERT(report.dropped_selections == sum(report.source_dropped));
    for (Rank home = 0; home < any.group.size(); ++home) {
      const auto rank = at(home);
      RC_ASSERT(report.source_selections[rank] ==
                delivered_of(routed.routing, home) + report.source_dropped[rank]);
    }
    RC_ASSERT(report.capacity.has_value() == (limits_sources || experts_choose));
    if (!limits_sources) RC_ASSERT(report.dropped_selections == 0);
    const Traffic traffic = traffic_of(any, routed.routing);
    for (Rank home = 0; limits_sources && home < any.group.size(); ++home)
      RC_ASSERT(std::ranges::max(traffic.selections.row(home)) <= *report.capacity);
    if (experts_choose && routed.routing.tokens() > 0)
      for (const std::int64_t load : report.expert_loads) RC_ASSERT(load == *report.capacity);
  });
}

TEST_CASE("a token never selects an expert twice") {
  check_property("distinct experts over steps", [] {
    const Case any = any_case();
    RouterState state;
    for (int step = 0; step < 3; ++step) {
      const RoutedTokens routed = route(any.scenario, state);
      for (std::int64_t token = 0; token < routed.routing.tokens(); ++token) {
        std::vector<std::int32_t> experts;
        for (const std::int32_t expert : routed.routing.experts_of(token))
          if (expert != dropped_selection) experts.push_back(expert);
        std::ranges::sort(experts);
        RC_ASSERT(std::ranges::adjacent_find(experts) == experts.end());
        if (experts.empty()) continue;
        RC_ASSERT(experts.front() >= 0);
        RC_ASSERT(experts.back() < routed.routing.num_experts);
      }
      state = routed.next;
    }
  });
}

TEST_CASE("round_robin leaves no device empty whatever their number") {
  check_property("even loads", [] {
    Case any = any_case();
    any.scenario.expert_parallel.load_balancing = LoadBalancing::round_robin;
    const ExpertParallel& ep = any.scenario.expert_parallel;
    const RoutedTokens routed = route(any.scenario, {});
    const auto [least, most] = std::ranges::minmax(routed.report.expert_loads);
    RC_ASSERT(most - least <= 1);
    const Traffic traffic = traffic_of(any, routed.routing);
    std::vector<std::int64_t> devices(static_cast<std::size_t>(any.group.size()));
    for (Rank home = 0; home < any.group.size(); ++home)
      for (int slot = 0; slot < traffic.slots(); ++slot)
        devices[at(traffic.rank_of_slot[at(slot)])] += traffic.selections(home, slot);
    RC_ASSERT(std::ranges::max(devices) - std::ranges::min(devices) <= 1);
    if (routed.report.selections >= any.group.size()) RC_ASSERT(std::ranges::min(devices) > 0);
    if (ep.top_k > any.group.size()) return;
    // A token's selections go to different devices.
    RC_ASSERT(std::accumulate(devices.begin(), devices.end(), std::int64_t{0}) == [&] {
      std::int64_t copies = 0;
      for (Rank home = 0; home < any.group.size(); ++home) copies += sum(traffic.device_copies.row(home));
      return copies;
    }());
  });
}

TEST_CASE("padded blocks hold every selection and are all of one size") {
  check_property("fixed-size blocks", [] {
    Case any = any_case();
    any.scenario.expert_parallel.pad_to_capacity = true;
    const RoutedTokens routed = route(any.scenario, {});
    const Traffic padded = traffic_of(any, routed.routing);
    TokenRouting unpadded = routed.routing;
    unpadded.block.clear();
    const Traffic real = traffic_of(any, unpadded);
    for (Rank home = 0; home < any.group.size(); ++home)
      for (int slot = 0; slot < padded.slots(); ++slot) {
        RC_ASSERT(padded.selections(home, slot) == padded.selections(home, 0));
        RC_ASSERT(padded.selections(home, slot) >= real.selections(home, slot));
      }
  });
}

TEST_CASE("replicas share what is selected and nothing else") {
  check_property("every selection goes to one of its expert's slots", [] {
    Case any = any_case();
    ExpertParallel& ep = any.scenario.expert_parallel;
    ep.redundant_experts = ep.expert_parallel_size * *rc::gen::inRange(0, 3);
    ep.experts_per_device += ep.redundant_experts / ep.expert_parallel_size;
    const TokenRouting routing = route(any.scenario, {}).routing;
    std::vector<double> loads(static_cast<std::size_t>(ep.num_experts));
    for (double& load : loads) load = *rc::gen::inRange(0, 100);
    const ExpertPlacement first = first_placement(ep, any.group);
    const ExpertPlacement planned = plan_placement(ep, any.group, loads);
    for (const ExpertPlacement& placement : {first, planned}) {
      RC_ASSERT(placement.slots() == ep.num_experts + ep.redundant_experts);
      for (const std::vector<int>& slots : slots_of_experts(placement, ep.num_experts))
        RC_ASSERT(!slots.empty());
      for (const ReplicaChoice choice :
           {ReplicaChoice::nearest, ReplicaChoice::round_robin, ReplicaChoice::random}) {
        const auto slots = choose_slots(routing, placement, any.group, choice, 1);
        RC_ASSERT(slots.size() == routing.expert.size());
        for (std::size_t i = 0; i < slots.size(); ++i) {
          if (routing.expert[i] == dropped_selection)
            RC_ASSERT(slots[i] == -1);
          else
            RC_ASSERT(placement.expert_of_slot[at(slots[i])] == routing.expert[i]);
        }
      }
    }
    // Every rank ends up with exactly what the plan gives it.
    const Matrix<Bytes> moved = migration(first, planned, any.group, 1);
    for (Rank rank = 0; rank < any.group.size(); ++rank) {
      RC_ASSERT(moved(rank, rank) == 0);
      std::vector<std::int32_t> before(first.expert_of_slot.begin() + rank * ep.experts_per_device,
                                       first.expert_of_slot.begin() + (rank + 1) * ep.experts_per_device);
      std::set<std::int32_t> news(planned.expert_of_slot.begin() + rank * ep.experts_per_device,
                                  planned.expert_of_slot.begin() + (rank + 1) * ep.experts_per_device);
      for (const std::int32_t expert : before) news.erase(expert);
      Bytes received = 0;
      for (Rank source = 0; source < any.group.size(); ++source) received += moved(source, rank);
      RC_ASSERT(received == static_cast<Bytes>(news.size()));
    }
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
        traffic_of(route(scenario, {}).routing, first_placement(ep, group), group, scenario.payload);

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
