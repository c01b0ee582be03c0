// The engines against times derived by hand. Everything runs through run_jobs, as in production, and every
// case on both engines: SimGrid's times are returned, the fluid engine's must be the same.
// SimGrid's resolution of 1e-9 s merges only events closer than that; these cases have none, so they are
// exact.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/progress.hpp"
#include "tests/support/engine_case.hpp"

namespace epsim {
namespace {

void check_seconds(Seconds actual, Seconds expected) {
  CAPTURE(actual);
  CAPTURE(expected);
  CHECK(std::abs(actual - expected) <= 1e-9 * expected);
}

std::string deadlock_on(EngineKind engine, const Case& blocked) {
  try {
    static_cast<void>(blocked.run_on(engine));
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::simulation);
    return error.what();
  }
  return "no error";
}

std::string deadlock_of(const Case& blocked) {
  const std::string text = deadlock_on(EngineKind::simgrid, blocked);
  CHECK(deadlock_on(EngineKind::fluid, blocked) == text);
  return text;
}

}  // namespace

TEST_CASE("the part of the bytes that has been delivered is told while a run goes on") {
  // SimGrid takes seconds for 1 MB between all of 80 devices with unequal sizes.
  constexpr DeviceId devices = 80;
  Case c = star(devices);
  for (DeviceId from = 0; from < devices; ++from)
    for (DeviceId to = 0; to < devices; ++to)
      if (from != to) c.send(c.stream(from), to, 1'000'000 + 7919 * ((from * 31 + to * 17) % 257));
  std::vector<double> told;
  static_cast<void>(c.run_on(EngineKind::simgrid, [&](double part) { told.push_back(part); }));
  REQUIRE(!told.empty());
  CHECK(std::ranges::is_sorted(told));
  CHECK(told.front() >= 0);
  CHECK(told.back() <= 1);
}

TEST_CASE("a compute stream takes what is ready and of equal moments the lower operation") {
  // Device 2 computes 1 s for each of three inputs: 3 GB from device 0, 1 GB each from devices 1 and 3, all
  // over its port of 1 GB/s. In order it would wait for the 3 GB. Shared three ways the two of 1 GB end
  // together, at 3 s + 2 us; the lower operation goes first. The 3 GB have 1 GB by then and end at 5 s + 2
  // us, when both are done.
  Case c = star(4);
  const OpId large = c.send(c.stream(0), 2, 3 * gigabyte);
  const OpId small = c.send(c.stream(1), 2, gigabyte);
  const OpId other = c.send(c.stream(3), 2, gigabyte);
  const StreamId compute = c.schedule.stream(2, StreamKind::compute);
  const OpId waits = c.compute(compute, 1.0, {large});
  const OpId lower = c.compute(compute, 1.0, {other});
  const OpId higher = c.compute(compute, 1.0, {small});
  const OpId at_once = c.compute(compute, 0.5);
  const Timeline timeline = c.run();
  CHECK(timeline.started()[at_once] == 0);
  check_seconds(timeline.started()[lower], 3 + 2e-6);
  check_seconds(timeline.started()[higher], 4 + 2e-6);
  check_seconds(timeline.started()[waits], 5 + 2e-6);
  CHECK(deadlock_of([] {
          Case blocked = star(2);
          const StreamId stream = blocked.schedule.stream(0, StreamKind::compute);
          blocked.compute(stream, 1.0, {1});
          blocked.compute(stream, 1.0, {0});
          return blocked;
        }())
            .find("device 0, stream compute 0: computation 0 waits for ever for computation 1") !=
        std::string::npos);
}

TEST_CASE("a moment is over a picosecond after its first event, however soon the next ones follow") {
  // Device 0 computes 1 ms for each of ten inputs, which are there at 1 ms and 0.9 ps after each other, that
  // of the lowest operation last: 8.1 ps are no longer the first one's moment. It is next when that is done,
  // at 2 ms.
  Case c = star(11);
  const StreamId compute = c.schedule.stream(0, StreamKind::compute);
  std::vector<OpId> inputs;
  for (DeviceId device = 1; device <= 10; ++device)
    inputs.push_back(c.compute(c.schedule.stream(device, StreamKind::compute), 1e-3 + (10 - device) * 9e-13));
  std::vector<OpId> ops;
  for (const OpId input : inputs) ops.push_back(c.compute(compute, 1e-3, {input}));
  const Timeline timeline = c.run();
  check_seconds(timeline.started()[ops.front()], 2e-3);
  CHECK(std::ranges::count_if(ops, [&](OpId op) { return timeline.started()[op] < 1.5e-3; }) == 1);
}

TEST_CASE("one transfer takes its route's latency and then bytes over bandwidth") {
  // 2 x 2 us + 1 MiB / 50 GB/s = 24.97152 us
  Case c(2);
  const VertexId middle = c.topology.add_switch("switch");
  for (DeviceId d : {0, 1}) c.topology.connect(d, middle, LinkClass::scale_up, 50e9, 2e-6);
  const OpId op = c.send(c.stream(0), 1, 1 << 20);
  const Timeline times = c.run();
  CHECK(times.ready()[op] == 0);
  CHECK(times.started()[op] == 0);
  check_seconds(times.finished()[op], 24.97152e-6);
  check_seconds(times.end(), 24.97152e-6);
}

TEST_CASE("the link bandwidths of the lowered schedule count") {
  // The topology says 1 GB/s, the transport achieves half: 2 us + 1 GB / 0.5 GB/s.
  Case c = star(2);
  c.send(c.stream(0), 1, gigabyte);
  LoweredSchedule lowered{c.schedule, std::vector<BytesPerSecond>(4, 0.5e9)};
  const Routes routes(c.topology, {{0, 1}});
  for (const EngineKind engine : {EngineKind::simgrid, EngineKind::fluid}) {
    const EngineJob job{"case", &lowered, &c.topology, &routes, engine};
    check_seconds(run_jobs({&job, 1}, 1).front().end(), 2.000002);
  }
}

TEST_CASE("flows over routes of different latency share a link equally") {
  // d0 and d1 each send 1 GB to d2 over the 1 GB/s link switch -> d2. Routes: 1 us and 4 us.
  // From 1 us on flow 0 is alone: 3000 B until 4 us. Then each gets 0.5 GB/s: flow 0 needs
  // (1 GB - 3000 B) / 0.5 GB/s = 1.999994 s more and ends at 1.999998 s. Flow 1 has 3000 B left: 2.000001 s.
  // Weighted by latency (SimGrid's default) they would end at 1.25 s and 2.0 s.
  Case c(3);
  const VertexId middle = c.topology.add_switch("switch");
  c.topology.connect(0, middle, LinkClass::scale_up, 10e9, 0.5e-6);
  c.topology.connect(1, middle, LinkClass::scale_up, 10e9, 3.5e-6);
  c.topology.connect(2, middle, LinkClass::scale_up, 1e9, 0.5e-6);
  const OpId near = c.send(c.stream(0), 2, gigabyte);
  const OpId far = c.send(c.stream(1), 2, gigabyte);
  const Timeline times = c.run();
  check_seconds(times.finished()[near], 1.999998);
  check_seconds(times.finished()[far], 2.000001);
}

TEST_CASE("max-min shares follow the flows that are left") {
  // s0 -a- s1 -b- s2 with a = 1 GB/s and b = 2 GB/s, no latency. x: d0 -> d1 over a, y: d0 -> d2 over a and
  // b, z: d1 -> d2 over b.
  //   until 1 s: a is x's and y's bottleneck, 0.5 GB/s each; z takes the rest of b, 1.5 GB/s. x = 0.5 GB
  //   ends. until 2 s: y gets 1 GB/s, z 1 GB/s. y = 0.5 + 1 GB ends. then z is alone at 2 GB/s: 3 - 1.5 - 1 =
  //   0.5 GB take 0.25 s. z ends at 2.25 s.
  Case c(3);
  const VertexId s0 = c.topology.add_switch("s0");
  const VertexId s1 = c.topology.add_switch("s1");
  const VertexId s2 = c.topology.add_switch("s2");
  c.topology.connect(0, s0, LinkClass::scale_up, 100e9, 0);
  c.topology.connect(1, s1, LinkClass::scale_up, 100e9, 0);
  c.topology.connect(2, s2, LinkClass::scale_up, 100e9, 0);
  c.topology.connect(s0, s1, LinkClass::scale_out, 1e9, 0);
  c.topology.connect(s1, s2, LinkClass::scale_out, 2e9, 0);
  const OpId x = c.send(c.stream(0), 1, gigabyte / 2);
  const OpId y = c.send(c.stream(0), 2, gigabyte * 3 / 2);
  const OpId z = c.send(c.stream(1), 2, gigabyte * 3);
  const Timeline times = c.run();
  check_seconds(times.finished()[x], 1.0);
  check_seconds(times.finished()[y], 2.0);
  check_seconds(times.finished()[z], 2.25);
}

TEST_CASE("a window of one sends after delivery and a window of two at once") {
  // Two transfers of 1 GB out of one 1 GB/s port.
  //   window 1: one after the other, 2 (2 us + 1 s).
  //   window 2: both pay their latency at once, then share the port: 2 us + 2 s.
  for (const int window : {1, 2}) {
    Case c = star(3);
    const StreamId stream = c.stream(0, window);
    const OpId first = c.send(stream, 1, gigabyte);
    const OpId second = c.send(stream, 2, gigabyte);
    const Timeline times = c.run();
    CHECK(times.ready()[second] == 0);
    check_seconds(times.finished()[first], window == 1 ? 1.000002 : 2.000002);
    check_seconds(times.started()[second], window == 1 ? 1.000002 : 0.0);
    check_seconds(times.finished()[second], window == 1 ? 2.000004 : 2.000002);
  }
}

TEST_CASE("a slot of the window frees at the delivery that comes first") {
  // Window 2 of d0: 1 GB and 3 GB share the port at 0.5 GB/s each; the first ends at 2 us + 2 s. The third
  // transfer (1 GB) is issued then and not when the second ends. While it pays 2 us the second is alone
  // (2000 B), then both share: third 1 GB at 0.5 GB/s ends at 2.000002 + 2 us + 2 s = 4.000004 s.
  Case c = star(4);
  const StreamId stream = c.stream(0, 2);
  c.send(stream, 1, gigabyte);
  c.send(stream, 2, 3 * gigabyte);
  const OpId third = c.send(stream, 3, gigabyte);
  const Timeline times = c.run();
  check_seconds(times.started()[third], 2.000002);
  check_seconds(times.finished()[third], 4.000004);
}

TEST_CASE("a stream issues in order: a blocked head holds back what is ready behind it") {
  // The first transfer of d0 follows a computation of 2 s on d2. The second is ready at 0 but waits behind.
  Case c = star(4);
  const OpId computed = c.compute(c.stream(2), 2.0);
  const OpId head = c.send(c.stream(0), 1, gigabyte, {computed});
  const OpId behind = c.send(c.stream(0), 3, gigabyte);
  const OpId other = c.send(c.stream(0, 0, 1), 3, 1000);  // another lane is not held back
  const Timeline times = c.run();
  check_seconds(times.ready()[head], 2.0);
  check_seconds(times.started()[head], 2.0);
  CHECK(times.ready()[behind] == 0);
  check_seconds(times.started()[behind], 2.0);
  CHECK(times.started()[other] == 0);
  check_seconds(times.finished()[other], 3e-6);  // 2 us + 1000 B / 1 GB/s
}

TEST_CASE("a computation occupies its stream and a transfer does not") {
  // Computation 1 s; transfer (1 s + 2 us) issued at 1 s; computation 0.25 s issued at 1 s beside it.
  Case c = star(2);
  const StreamId stream = c.stream(0);
  c.compute(stream, 1.0);
  const OpId transfer = c.send(stream, 1, gigabyte);
  const OpId beside = c.compute(stream, 0.25);
  const Timeline times = c.run();
  check_seconds(times.started()[transfer], 1.0);
  check_seconds(times.finished()[transfer], 2.000002);
  check_seconds(times.started()[beside], 1.0);
  check_seconds(times.finished()[beside], 1.25);
}

TEST_CASE("nothing can be issued on a stream while a computation occupies it") {
  Case c = star(2);
  const StreamId stream = c.stream(0);
  const OpId computed = c.compute(stream, 1.0);
  const OpId transfer = c.send(stream, 1, gigabyte);
  Timeline times(c.schedule.size());
  Progress progress(c.schedule, times);
  REQUIRE(progress.can_issue(stream));
  CHECK(progress.issue(stream, 0) == computed);
  CHECK(progress.head(stream) == transfer);
  CHECK(!progress.can_issue(stream));
  CHECK(progress.finish(computed, 1.0) == std::vector<StreamId>{stream});
  CHECK(progress.can_issue(stream));
  CHECK(progress.issue(stream, 1.0) == transfer);
  CHECK(progress.exhausted(stream));
  CHECK(!progress.complete());
  CHECK(progress.finish(transfer, 2.0).empty());
  CHECK(progress.complete());
}

TEST_CASE("an operation follows operations of other devices") {
  // d0 -> d1 -> d2 -> d3, each hop after the one before: 3 (2 us + 1 s). Ready when the hop before ended.
  Case c = star(4);
  const OpId first = c.send(c.stream(0), 1, gigabyte);
  const OpId second = c.send(c.stream(1), 2, gigabyte, {first});
  const OpId third = c.send(c.stream(2), 3, gigabyte, {first, second, second});
  const Timeline times = c.run();
  check_seconds(times.ready()[third], 2.000004);
  CHECK(times.ready()[third] == times.finished()[second]);
  check_seconds(times.end(), 3.000006);
}

TEST_CASE("joins end with the last operation they follow however long their chain") {
  // A transfer (1 s + 2 us) and a computation (0.5 s) meet in a chain of 100000 joins. Then 1 s + 2 us more.
  Case c = star(3);
  const OpId at_once = c.join({});
  const OpId transfer = c.send(c.stream(0), 1, gigabyte, {at_once});
  const OpId computed = c.compute(c.stream(1), 0.5);
  OpId last = c.join({transfer, computed});
  for (int i = 0; i < 100'000; ++i) last = c.join({last});
  const OpId after = c.send(c.stream(1), 2, gigabyte, {last});
  const Timeline times = c.run();
  CHECK(times.finished()[at_once] == 0);
  CHECK(times.ready()[last] == times.finished()[transfer]);
  CHECK(times.started()[last] == times.finished()[transfer]);
  CHECK(times.finished()[last] == times.finished()[transfer]);
  check_seconds(times.finished()[after], 2.000004);
}

TEST_CASE("computations of no length take no time") {
  // 1000 of them, across two streams in turn, before a transfer of 1 s + 2 us.
  Case c = star(2);
  OpId last = c.join({});
  for (int i = 0; i < 1000; ++i) last = c.compute(c.stream(i % 2), 0.0, {last});
  const OpId transfer = c.send(c.stream(0), 1, gigabyte, {last});
  const Timeline times = c.run();
  CHECK(times.finished()[last] == 0);
  CHECK(times.started()[transfer] == 0);
  check_seconds(times.end(), 1.000002);
}

TEST_CASE("a stream that comes to wait in the moment of its release goes on") {
  // Both streams compute for 1 s. Then one ends a computation of no length, which the other has just come to
  // wait for, whichever of the two is handled first; 0.5 s more.
  for (const DeviceId first : {0, 1}) {
    Case c = star(2);
    c.compute(c.stream(0), 1.0);
    c.compute(c.stream(1), 1.0);
    const OpId instant = c.compute(c.stream(first), 0.0);
    c.compute(c.stream(1 - first), 0.5, {instant});
    check_seconds(c.run().end(), 1.5);
  }
}

TEST_CASE("many rounds of dependent operations do not drift") {
  // Pairwise exchange of 1 MB on a star of 16 devices, each transfer after its sender's and its receiver's
  // transfers of the round before: 15 rounds of 2 us + 1 ms, merged events at most 1e-9 s apart.
  constexpr int devices = 16;
  Case c = star(devices);
  std::vector<OpId> before;
  for (int round = 1; round < devices; ++round) {
    std::vector<OpId> sent;
    for (DeviceId i = 0; i < devices; ++i) {
      const DeviceId to = (i + round) % devices;
      std::vector<OpId> after;
      for (const DeviceId end : {i, to})
        for (const DeviceId sender : {end, (end - round + 1 + devices) % devices})
          if (round > 1) after.push_back(before[at(sender)]);
      sent.push_back(c.send(c.stream(i), to, 1'000'000, after));
    }
    before = sent;
  }
  check_seconds(c.run().end(), 15 * 1.002e-3);
}

TEST_CASE("an empty schedule ends at once") {
  CHECK(star(2).run().end() == 0);
  Case idle = star(2);
  idle.stream(0);  // a stream without operations
  const OpId joined = idle.join({});
  const Timeline times = idle.run();
  CHECK(times.end() == 0);
  CHECK(times.finished()[joined] == 0);
}

TEST_CASE("the same schedule gives the same times to the bit") {
  Case c = star(8);
  for (DeviceId i = 0; i < 8; ++i)
    for (DeviceId k = 1; k < 8; ++k)
      c.send(c.stream(i, 2), (i + k) % 8, 1'000'000 + 7919 * ((i * 5 + k * 3) % 11));
  const Timeline one = c.run();
  const Timeline two = c.run();
  CHECK(one.end() > 7e-3);
  const auto same = [](std::span<const Seconds> a, std::span<const Seconds> b) {
    return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
  };
  CHECK(same(one.ready(), two.ready()));
  CHECK(same(one.started(), two.started()));
  CHECK(same(one.finished(), two.finished()));
}

TEST_CASE("a deadlock names the blocked streams and what they wait for") {
  // Operations 0 and 1 follow each other. What runs meanwhile ends: once a transfer last, once a computation.
  for (const bool transfer_last : {true, false}) {
    Case c = star(4);
    c.send(c.stream(0), 1, 1000, {1});
    c.send(c.stream(1), 0, 1000, {0});
    c.send(c.stream(2), 3, 1000);
    if (!transfer_last) c.compute(c.stream(3), 1.0);
    const std::string text = deadlock_of(c);
    CHECK(text.find("case: schedule: deadlock: 2 of " + std::to_string(c.schedule.size())) !=
          std::string::npos);
    CHECK(text.find("device 0, stream scale_up 0: transfer 0 waits for ever for transfer 1") !=
          std::string::npos);
    CHECK(text.find("device 1, stream scale_up 0: transfer 1 waits for ever for transfer 0") !=
          std::string::npos);
    CHECK(text.find("device 2") == std::string::npos);
  }
}

TEST_CASE("a deadlock lists eight streams and counts the others") {
  Case c = star(12);
  for (DeviceId d = 0; d < 12; ++d) c.compute(c.stream(d), 1.0, {static_cast<OpId>(d)});
  const std::string text = deadlock_of(c);
  CHECK(text.find("device 7, stream scale_up 0: computation 7 waits for ever for computation 7") !=
        std::string::npos);
  CHECK(text.find("device 8") == std::string::npos);
  CHECK(text.find("and 4 more blocked streams") != std::string::npos);
}

TEST_CASE("joins in a circle are a deadlock too") {
  Case c = star(2);
  c.join({1});
  c.join({0});
  CHECK(deadlock_of(c).find("join 0 waits for ever for join 1") != std::string::npos);
}

}  // namespace epsim
