#include "sim/experiment_size.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "sim/patterns/pattern.hpp"
#include "sim/routing/recorded.hpp"

namespace epsim {

namespace {

double pairs_with_bytes(const Matrix<Bytes>& bytes) {
  double pairs = 0;
  for (int source = 0; source < bytes.rows(); ++source)
    for (int destination = 0; destination < bytes.columns(); ++destination)
      if (source != destination && bytes(source, destination) > 0) ++pairs;
  return pairs;
}

}  // namespace

ExperimentSize size_of(const Scenario& scenario) {
  ExperimentSize sizes;
  sizes.ranks = scenario.ranks();
  sizes.pairs =
      scenario.direct_traffic ? pairs_with_bytes(*scenario.direct_traffic) : sizes.ranks * (sizes.ranks - 1);
  sizes.ranks_per_node = sizes.ranks;
  sizes.nodes = nodes_spanned(scenario.platform, scenario.ranks());
  sizes.ranks_per_node = sizes.ranks / sizes.nodes;
  if (scenario.direct_traffic) return sizes;
  double tokens = 0;
  for (int step = 0; step < (scenario.workload.trace.has_tokens() ? scenario.workload.steps : 1); ++step) {
    const std::vector<int>& of_step = tokens_of_step(scenario, step);
    tokens = std::max(tokens, std::accumulate(of_step.begin(), of_step.end(), 0.0));
    for (const int of_rank : of_step) sizes.tokens = std::max<double>(sizes.tokens, of_rank);
  }
  sizes.slots = scenario.expert_parallel.experts_per_device;
  sizes.selections = tokens * scenario.expert_parallel.top_k;
  // Of a rank's destinations few get one of few selections, as if these were dealt by chance.
  if (!scenario.expert_parallel.pad_to_capacity)
    sizes.pairs *= 1 - std::exp(-sizes.selections / (sizes.ranks * sizes.ranks));
  sizes.exchanges = 2;
  return sizes;
}

namespace {

double total_bytes(const Matrix<Bytes>& bytes) {
  double sum = 0;
  for (int source = 0; source < bytes.rows(); ++source)
    for (const Bytes one : bytes.row(source)) sum += static_cast<double>(one);
  return sum;
}

/// Between all pairs: where some are missing, devices have more to send or to receive than others, and flows
/// end one by one.
bool has_equal_sizes(const Scenario& scenario) {
  if (!scenario.direct_traffic) return false;
  const Matrix<Bytes>& bytes = *scenario.direct_traffic;
  std::optional<Bytes> first;
  for (int source = 0; source < bytes.rows(); ++source)
    for (int destination = 0; destination < bytes.columns(); ++destination) {
      const Bytes one = bytes(source, destination);
      if (source == destination) continue;
      if (one != first.value_or(one)) return false;
      first = one;
    }
  return true;
}

double connected_devices(const PatternSize& pattern, const ExperimentSize& sizes) {
  return pattern.reach == Reach::rail && sizes.nodes > 1 ? std::max(sizes.nodes, sizes.ranks_per_node)
                                                         : sizes.ranks;
}

/// Whether flows go through switches beyond the leaf of their own rail, on cables that they share unevenly.
bool shares_cables(const Scenario& scenario, const PatternSize& pattern, const ExperimentSize& sizes) {
  const PlatformFacts facts = facts_of(scenario.platform);
  if (facts.has_nodes && sizes.nodes <= 2) return false;  // to one other node each NIC has its own cable
  return pattern.reach == Reach::all_ranks && facts.shares_cables;
}

/// That of the router, where load balancing leaves it.
double skew_of(const Scenario& scenario) {
  if (scenario.direct_traffic) return 0;
  constexpr double supposed_in_traces = 0.3;
  const ExpertParallel& experts = scenario.expert_parallel;
  const bool takes_skew = experts.routing_strategy == RoutingStrategy::learned_gating &&
                          (experts.load_balancing == LoadBalancing::token_choice_based ||
                           experts.load_balancing == LoadBalancing::dynamic);
  if (scenario.workload.trace.has_tokens()) return supposed_in_traces;
  return takes_skew ? scenario.workload.skew : 0;
}

/// Of a rank's transfers, those on its slowest link.
double sent_by_rank(const PatternSize& pattern, const ExperimentSize& sizes) {
  if (sizes.nodes <= 1) return pattern.ops / std::max(1.0, sizes.ranks);
  if (pattern.sent_between_nodes) return *pattern.sent_between_nodes;
  const double to_other_nodes = (sizes.ranks - sizes.ranks_per_node) / std::max(1.0, sizes.ranks - 1);
  return pattern.ops / sizes.ranks * to_other_nodes;
}

/// How many of a rank's transfers are under way while it sends them, with nothing but the sender's time per
/// message between them.
double sent_at_once(const Scenario& scenario, Seconds overhead, double sent, const ExperimentSize& sizes) {
  if (overhead == 0 || sent == 0) return sent / 2;  // they end one by one
  const PlatformFacts fabric = facts_of(scenario.platform);
  const double bandwidth = sizes.nodes > 1 ? fabric.nic_bandwidth : fabric.scale_up_bandwidth;
  const double copies = sizes.selections / std::max(1.0, sizes.ranks);
  const double bytes = scenario.direct_traffic
                           ? total_bytes(*scenario.direct_traffic) / sizes.ranks
                           : copies * static_cast<double>(std::max(scenario.payload.dispatch_bytes_per_copy,
                                                                   scenario.payload.combine_bytes_per_copy));
  return std::clamp(bytes / bandwidth / overhead / 2, 1.0, std::max(1.0, sent / 2));
}

}  // namespace

EngineLoad engine_load(const Scenario& scenario, PatternKind kind) {
  const ExperimentSize sizes = size_of(scenario);
  const Pattern& row = pattern(kind);
  const PatternSize size = row.size(scenario.patterns, sizes);
  const int window = row.shape(scenario.patterns).window;
  const double streams = sizes.nodes > 1 ? 2 : 1;  // per rank: scale-up and scale-out
  EngineLoad load;
  const Seconds overhead = scenario.transport_of(kind).message_overhead;
  const bool has_overheads = overhead > 0;
  load.transfers = size.ops * sizes.exchanges;
  load.ops = load.transfers * (has_overheads ? 2 : 1) + sizes.ranks * sizes.slots;
  load.in_flight = window > 0 ? std::min(size.ops, sizes.ranks * streams * window) : size.ops;
  const double sent = sent_by_rank(size, sizes);
  load.per_link = window > 0 ? std::min<double>(window, sent) : sent_at_once(scenario, overhead, sent, sizes);
  load.connected = connected_devices(size, sizes);
  load.skew = skew_of(scenario);
  load.exchanges = sizes.exchanges;
  load.routes = size.routes;
  if (window == 0) load.issue = scenario.direct_traffic && !has_overheads ? Issue::at_once : Issue::unlimited;
  if (shares_cables(scenario, size, sizes)) {
    load.shares_cables = true;
    load.oversubscription = std::max(1.0, facts_of(scenario.platform).oversubscription);
  }
  load.equal_sizes = has_equal_sizes(scenario);
  if (window == 0) load.end_together = size.end_together;
  return load;
}

}  // namespace epsim
