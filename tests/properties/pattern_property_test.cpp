// Every pattern with random options over random traffic on random nodes: the schedule is proved right, and
// what enters and leaves each device is what the traffic says.
#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

#include "platforms/error.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "sim/schedule/check.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/property.hpp"
#include "tests/support/random_options.hpp"
#include "tests/support/schedule_ops.hpp"

using namespace epsim;

namespace {

Cluster random_nodes() {
  std::vector<int> sizes(static_cast<std::size_t>(between(1, 5)));
  const int equal = between(1, 4);
  const bool are_equal = between(0, 2) > 0;
  for (int& size : sizes) size = are_equal ? equal : between(1, 4);
  return unlinked_nodes(sizes);
}

/// Mostly zeros and small numbers, some large ones, also from a rank to itself.
Traffic random_matrix(const Group& group) {
  Matrix<Bytes> bytes(group.size(), group.size());
  for (Rank source = 0; source < group.size(); ++source)
    for (Rank destination = 0; destination < group.size(); ++destination)
      bytes(source, destination) = one_of<Bytes>({0, 0, 0, 1, 2, 3, 7, between(0, 100'000)});
  return build_traffic(bytes, group);
}

Traffic random_traffic(const Group& group) {
  if (between(0, 3) == 0) return random_matrix(group);
  const auto seed = static_cast<std::uint64_t>(between(0, 1'000'000));
  return skewed_traffic(group, seed, {between(0, 40), between(1, 4), between(1, 6)});
}

PatternKind random_pattern() {
  return static_cast<PatternKind>(between(0, static_cast<int>(all_patterns().size()) - 1));
}

Bytes bytes_where(const Schedule& schedule, Phase phase, auto&& wanted) {
  Bytes sum = 0;
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::transfer && schedule.phase(op) == phase && wanted(op))
      sum += schedule.bytes(op);
  return sum;
}

std::int64_t crossing_copies(const Group& group, const Matrix<std::int64_t>& node_copies) {
  std::int64_t sum = 0;
  for (Rank home = 0; home < group.size(); ++home)
    for (int node = 0; node < group.node_count(); ++node)
      if (node != group.node(home)) sum += node_copies(home, node);
  return sum;
}

}  // namespace

TEST_CASE("every pattern's schedule is right for random traffic and options") {
  check_property("check_schedule passes", [] {
    const Cluster cluster = random_nodes();
    const Traffic traffic = random_traffic(cluster.group);
    const LayerSchedule layer = layer_of(cluster.group, traffic, random_pattern(), random_pattern_options(9));
    check_schedule(layer.schedule, cluster.group, traffic, layer.exchanges);
  });
}

TEST_CASE("a schedule that lacks any one transfer or ignores what one follows is refused") {
  check_property("check_schedule notices", [] {
    const Cluster cluster = random_nodes();
    const Traffic traffic = skewed_traffic(cluster.group, static_cast<std::uint64_t>(between(0, 1'000'000)));
    const LayerSchedule layer = layer_of(cluster.group, traffic, random_pattern(), random_pattern_options(9));
    std::vector<Op> ops = ops_of(layer.schedule);
    std::vector<Op*> transfers;
    for (Op& op : ops)
      if (op.kind == OpKind::transfer) transfers.push_back(&op);
    RC_PRE(!transfers.empty());
    Op& broken = **rc::gen::elementOf(transfers);
    if (between(0, 1) == 0)
      empty(broken);
    else
      broken.after.clear();
    RC_ASSERT_THROWS_AS(
        check_schedule(schedule_of(layer.schedule, ops), cluster.group, traffic, layer.exchanges), Error);
  });
}

TEST_CASE("patterns that do not forward move exactly the traffic into every destination") {
  check_property("bytes into each device", [] {
    const Cluster cluster = random_nodes();
    const Group& group = cluster.group;
    const Traffic traffic = random_traffic(group);
    const PatternKind kind = one_of({PatternKind::all_to_all, PatternKind::point_to_point});
    PatternOptions options = random_pattern_options(9);
    options.of<AllToAllOptions>().deduplicate = Deduplication::device;
    options.of<PointToPointOptions>().granularity = PointToPointOptions::Granularity::device;
    const Schedule schedule = layer_of(group, traffic, kind, options).schedule;
    for (Rank rank = 0; rank < group.size(); ++rank) {
      Bytes into = 0;
      Bytes back = 0;
      for (Rank other = 0; other < group.size(); ++other) {
        if (other == rank) continue;
        into += traffic.device_copies(other, rank) * traffic.dispatch_bytes_per_copy;
        back += traffic.device_copies(rank, other) * traffic.combine_bytes_per_copy;
      }
      const auto to_rank = [&](OpId op) { return schedule.peer(op) == group.device(rank); };
      RC_ASSERT(bytes_where(schedule, Phase::dispatch, to_rank) == into);
      RC_ASSERT(bytes_where(schedule, Phase::combine, to_rank) == back);
    }
  });
}

TEST_CASE("hierarchical crosses between nodes exactly once per token and node") {
  check_property("scale-out bytes", [] {
    const Cluster cluster = random_nodes();
    const Group& group = cluster.group;
    const Traffic traffic = random_traffic(group);
    PatternOptions options = random_pattern_options(9);
    options.of<HierarchicalOptions>().deduplicate = Deduplication::node;
    const Schedule schedule = layer_of(group, traffic, PatternKind::hierarchical, options).schedule;
    const auto crosses = [&](OpId op) {
      return schedule.streams()[schedule.stream_of(op)].kind == StreamKind::scale_out;
    };
    const std::int64_t copies = crossing_copies(group, traffic.node_copies);
    RC_ASSERT(bytes_where(schedule, Phase::dispatch, crosses) == copies * traffic.dispatch_bytes_per_copy);
    RC_ASSERT(bytes_where(schedule, Phase::combine, crosses) == copies * traffic.combine_bytes_per_copy);
  });
}
