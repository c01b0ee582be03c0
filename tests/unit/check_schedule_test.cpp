// Right schedules pass; each way to break one is noticed and named.
#include "sim/schedule/check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "platforms/error.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/schedule/order.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/schedule_ops.hpp"

using namespace epsim;

namespace {

/// A layer with its parts at hand: break `operations` or the exchanges' promises, then ask for the error.
struct Case {
  Cluster cluster;
  Traffic traffic;
  LayerSchedule layer;
  std::vector<Op> ops;

  Case(Cluster on, Traffic of, PatternKind kind, const PatternOptions& options = {})
      : cluster(std::move(on)),
        traffic(std::move(of)),
        layer(layer_of(cluster.group, traffic, kind, options)),
        ops(ops_of(layer.schedule)) {}

  /// The error's text; empty: the schedule is right.
  [[nodiscard]] std::string error() const {
    try {
      check_schedule(schedule_of(layer.schedule, ops), cluster.group, traffic, layer.exchanges);
    } catch (const Error& error) {
      CHECK(error.kind() == Error::Kind::simulation);
      return error.what();
    }
    return "";
  }

  [[nodiscard]] OpId transfer(DeviceId from, DeviceId to, Phase phase) const {
    const Schedule& schedule = layer.schedule;
    for (OpId op = 0; op < schedule.size(); ++op)
      if (schedule.kind(op) == OpKind::transfer && schedule.device(op) == from && schedule.peer(op) == to &&
          schedule.phase(op) == phase)
        return op;
    FAIL("no such transfer");
    return 0;
  }

  /// The hierarchical forward of what d0 owes d3, from d2.
  [[nodiscard]] OpId forward() const {
    for (OpId op = 0; op < ops.size(); ++op)
      if (!ops[op].payload.empty() && ops[op].payload[0].sources == RankRange{0} && ops[op].peer == 3)
        return op;
    FAIL("no forward");
    return 0;
  }
};

/// 10 B from every rank to every other on two nodes of two, and back.
Case uniform_on_two_nodes(PatternKind kind, const PatternOptions& options = {}) {
  Cluster cluster = two_nodes_of_two();
  Traffic traffic = uniform_traffic(cluster.group, 10);
  traffic.combine_bytes_per_copy = 1;
  traffic.home_tokens.assign(static_cast<std::size_t>(traffic.ranks()), 1);
  return Case(std::move(cluster), std::move(traffic), kind, options);
}

void contains(const std::string& text, const std::string& part) {
  INFO(text, " should contain ", part);
  CHECK(text.find(part) != std::string::npos);
}

PatternOptions one_chunk() {
  PatternOptions options;
  options.of<HierarchicalOptions>().chunks = 1;
  return options;
}

const std::vector<PatternKind> every_pattern = all_pattern_kinds();

}  // namespace

TEST_CASE("the patterns' own schedules are right") {
  for (const PatternKind kind : every_pattern) {
    CHECK(uniform_on_two_nodes(kind).error() == "");
    Cluster cluster = two_nodes_of_two();
    Traffic traffic = skewed_traffic(cluster.group, 1);
    CHECK(Case(std::move(cluster), std::move(traffic), kind).error() == "");
  }
}

TEST_CASE("a missing transfer") {
  for (const PatternKind kind : {PatternKind::all_to_all, PatternKind::point_to_point}) {
    Case broken = uniform_on_two_nodes(kind);
    empty(broken.ops[broken.transfer(1, 3, Phase::dispatch)]);
    CHECK(broken.error() == "part 1 (dispatch): what d1 owes d3" +
                                std::string(kind == PatternKind::point_to_point ? " (slot 3)" : "") +
                                " does not arrive: it ends at d1");
  }
}

TEST_CASE("a missing forward") {
  Case broken = uniform_on_two_nodes(PatternKind::hierarchical, one_chunk());
  empty(broken.ops[broken.forward()]);
  const OpId crossing = broken.transfer(0, 2, Phase::dispatch);
  CHECK(broken.error() ==
        "part 1 (dispatch): what d0 owes d3 does not arrive: it ends at d2 after operation " +
            std::to_string(crossing) + " (transfer d0->d2, dispatch)");
}

TEST_CASE("a transfer twice") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId original = broken.transfer(1, 3, Phase::dispatch);
  broken.ops.push_back(broken.ops[original]);
  CHECK(broken.error() ==
        "operation " + std::to_string(broken.ops.size() - 1) +
            " (transfer d1->d3, dispatch): sends what d1 owes d3, which is at d3 after operation " +
            std::to_string(original) + " (transfer d1->d3, dispatch)");
}

TEST_CASE("wrong bytes") {
  Case broken = uniform_on_two_nodes(PatternKind::ring);
  const OpId op = broken.transfer(0, 1, Phase::dispatch);
  broken.ops[op].bytes -= 1;
  CHECK(broken.error() ==
        "operation " + std::to_string(op) + " (transfer d0->d1, dispatch): has 29 bytes, its payload 30");
}

TEST_CASE("a transfer without a byte") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId op = broken.transfer(0, 1, Phase::dispatch);
  broken.ops[op].bytes = 0;
  broken.ops[op].payload.clear();
  contains(broken.error(), "has 0 bytes, its payload 0");
}

TEST_CASE("forwarding before it has arrived") {
  // d2's forward to d3 no longer follows the transfer d0->d2 that brings it.
  Case broken = uniform_on_two_nodes(PatternKind::hierarchical, one_chunk());
  const OpId crossing = broken.transfer(0, 2, Phase::dispatch);
  const OpId forward = broken.forward();
  REQUIRE(broken.ops[forward].after == std::vector<OpId>{crossing});
  broken.ops[forward].after.clear();
  CHECK(broken.error() ==
        "operation " + std::to_string(forward) + " (transfer d2->d3, dispatch): does not follow operation " +
            std::to_string(crossing) + " (transfer d0->d2, dispatch), after which d2 has what it sends");
}

TEST_CASE("a ring hop before the previous one") {
  Case broken = uniform_on_two_nodes(PatternKind::ring);
  // Operations 0..3 are gates, 4..7 the first hops; 8 is d0 passing on d3's block, after 7.
  REQUIRE(broken.ops[8].after == std::vector<OpId>{7});
  broken.ops[8].after = {6};
  CHECK(broken.error() ==
        "operation 8 (transfer d0->d1, dispatch): does not follow operation 7 (transfer d3->d0, dispatch), "
        "after which d0 has what it sends");
}

TEST_CASE("having been issued earlier on the same stream is not having arrived") {
  // d0 sends before d1's gate is done: another transfer of d1's stream that follows the gate is no excuse.
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId second = broken.transfer(1, 3, Phase::dispatch);
  broken.ops[second].after.clear();
  CHECK(broken.error() ==
        "operation " + std::to_string(second) +
            " (transfer d1->d3, dispatch): does not follow operation 1 (computation d1, gate), "
            "after which d1 has what it sends");
}

TEST_CASE("computations on a device's compute stream end in any order") {
  // Both slots' experts run on d0's compute stream, as they become ready: following one is not following the
  // other.
  Cluster cluster = two_devices();
  Traffic traffic = skewed_traffic(cluster.group, 1, {32, 2, 2});
  Case shortened(std::move(cluster), std::move(traffic), PatternKind::all_to_all);
  // Operations 0 and 1 gates, 2 and 3 dispatch, 4 and 5 its end, 6..9 experts, then the joins over each
  // rank's two.
  Op& join = shortened.ops[10];
  REQUIRE(join.after == std::vector<OpId>{6, 7});
  join.after = {7};
  contains(shortened.error(), "does not follow operation 6 (computation d0, expert)");
  join.after = {6};
  contains(shortened.error(), "does not follow operation 7 (computation d0, expert)");
}

TEST_CASE("combining before an expert has computed") {
  for (const PatternKind kind : every_pattern) {
    Case broken = uniform_on_two_nodes(kind, one_chunk());
    // A rank's first transfer of combine carries its own data: in the ring to d2, else to d0.
    const OpId op = broken.transfer(1, kind == PatternKind::ring ? 2 : 0, Phase::combine);
    broken.ops[op].after.clear();
    contains(broken.error(), describe(broken.layer.schedule, op) + ": does not follow operation");
    contains(broken.error(), "(computation d1, expert), after which d1 has what it sends");
  }
}

TEST_CASE("a pairwise transfer may follow its gate through earlier ones") {
  PatternOptions options;
  options.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all, options);
  CHECK(broken.error() == "");
  // Its last round's transfer d0->d3 knows of gate 0 only through the rounds before.
  const OpId last = broken.transfer(0, 3, Phase::dispatch);
  broken.ops[last].after.clear();
  contains(broken.error(), "does not follow operation 0 (computation d0, gate)");
}

TEST_CASE("operations that wait for each other") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId op = broken.transfer(0, 1, Phase::dispatch);
  const OpId join = [&] {
    for (OpId at = 0; at < broken.ops.size(); ++at)
      if (broken.ops[at].kind == OpKind::join) return at;
    return OpId{0};
  }();
  broken.ops[op].after.push_back(join);
  contains(broken.error(), "waits for itself: operation ");
}

TEST_CASE("a stream's issue order is part of the cycle") {
  // d0's first transfer waits for its second.
  Case broken = uniform_on_two_nodes(PatternKind::ring);
  REQUIRE(broken.ops[4].stream == broken.ops[8].stream);
  broken.ops[4].after.push_back(8);
  CHECK(broken.error() ==
        "operation 4 (transfer d0->d1, dispatch): waits for itself: operation 4, which waits for operation "
        "8, which waits for "
        "operation 4");
}

TEST_CASE("an operation that follows one that does not exist") {
  Case broken = uniform_on_two_nodes(PatternKind::ring);
  broken.ops[4].after.push_back(1000);
  CHECK(broken.error() ==
        "operation 4 (transfer d0->d1, dispatch): follows operation 1000, which does not exist");
}

TEST_CASE("an arrival that does not wait for a transfer") {
  for (const PatternKind kind : every_pattern) {
    Case broken = uniform_on_two_nodes(kind, one_chunk());
    broken.layer.exchanges[0].arrived.of_slot[3].clear();
    contains(broken.error(), "->d3, dispatch): is not awaited by the arrival promised to slot 3 of d3");

    broken = uniform_on_two_nodes(kind, one_chunk());
    broken.layer.exchanges[1].arrived.of_rank[2].clear();
    contains(broken.error(), "->d2, combine): is not awaited by the arrival promised to d2");
  }
}

TEST_CASE("an arrival that does not wait for the receiver's own data") {
  Cluster cluster = two_devices();
  Traffic traffic = skewed_traffic(cluster.group, 1);
  REQUIRE(traffic.selections(0, 0) > 0);
  Case broken(std::move(cluster), std::move(traffic), PatternKind::point_to_point);
  std::vector<OpId>& promised = broken.layer.exchanges[0].arrived.of_slot[0];
  promised.erase(std::remove(promised.begin(), promised.end(), OpId{0}), promised.end());
  CHECK(broken.error() ==
        "operation 0 (computation d0, gate): is not awaited by the arrival promised to slot 0 of d0");
}

TEST_CASE("a contribution that is merged twice") {
  // d2 gathers d3's contribution for d0 and returns it with its own; a second return merges it again.
  Case broken = uniform_on_two_nodes(PatternKind::hierarchical, one_chunk());
  const OpId returned = broken.transfer(2, 0, Phase::combine);
  REQUIRE(broken.ops[returned].payload[0].sources == RankRange{2, 2, 1});
  broken.ops.push_back(broken.ops[returned]);
  contains(broken.error(),
           "sends what d2 owes d0, which is at d0 after operation " + std::to_string(returned));
}

TEST_CASE("a reduction that leaves a contribution out") {
  // Where copies are merged per node, a transfer between nodes names all ranks of the node.
  Case broken = uniform_on_two_nodes(PatternKind::hierarchical, one_chunk());
  const OpId returned = broken.transfer(2, 0, Phase::combine);
  broken.ops[returned].payload[0].sources = {2, 1, 1};
  contains(broken.error(), "carries a part of a node's copies, which are merged per node");
}

TEST_CASE("a transfer to the wrong device") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  broken.ops[broken.transfer(0, 2, Phase::dispatch)].peer = 3;
  contains(broken.error(), "what d0 owes d2 does not arrive: it ends at d3 after operation");
}

TEST_CASE("a transfer to its own device") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  broken.ops[broken.transfer(0, 2, Phase::dispatch)].peer = 0;
  contains(broken.error(), "(transfer d0->d0, dispatch): sends to its own device");
}

TEST_CASE("sending on what has reached its destination") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId original = broken.transfer(0, 1, Phase::dispatch);
  Op onwards = broken.ops[broken.transfer(1, 0, Phase::dispatch)];
  onwards.payload = broken.ops[original].payload;
  onwards.after = {original};
  broken.ops.push_back(onwards);
  contains(broken.error(), "sends on what d0 owes d1, which is there");
}

TEST_CASE("a transfer in a part that is no exchange") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  broken.ops[broken.transfer(0, 2, Phase::dispatch)].part = 0;
  contains(broken.error(), "part 1 (dispatch): what d0 owes d2 does not arrive");
  broken = uniform_on_two_nodes(PatternKind::all_to_all);
  broken.layer.exchanges.pop_back();
  contains(broken.error(), "combine): belongs to no exchange");
}

TEST_CASE("a payload outside the group or the part's chunks") {
  Case broken = uniform_on_two_nodes(PatternKind::all_to_all);
  const OpId op = broken.transfer(0, 2, Phase::dispatch);
  broken.ops[op].payload[0].destinations.first = 4;
  contains(broken.error(), "names ranks outside its group of 4");
  broken.ops[op].payload[0].destinations.first = 2;
  broken.ops[op].payload[0].chunk_end = 2;
  contains(broken.error(), "names chunks outside its part's 1");
}

TEST_CASE("a slot that is on another rank") {
  Case broken = uniform_on_two_nodes(PatternKind::point_to_point);
  broken.ops[broken.transfer(0, 2, Phase::dispatch)].payload[0].slot = 1;
  contains(broken.error(), "names slot 1, which is on rank 1");
}

TEST_CASE("operations may be numbered against their order") {
  Schedule schedule;
  const PartId part = schedule.add_part({});
  const StreamId stream = schedule.stream(0, StreamKind::compute);
  schedule.add_join(part, {{1u}});
  schedule.add_computation(part, stream, 1, {});
  CHECK(run_order(schedule) == std::vector<OpId>{1, 0});
}
