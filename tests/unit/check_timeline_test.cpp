// Runs that a network cannot make are told from those that it can.
#include "sim/check_timeline.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "platforms/error.hpp"

using namespace epsim;

namespace {

/// Devices 0 and 1 send 1 GB each to device 2 over ports of 1 GB/s, 1 us a link.
struct TwoIntoOne {
  TwoIntoOne() : topology(std::vector<NodeId>(3, 0)) {
    const VertexId middle = topology.add_switch("switch");
    for (DeviceId d = 0; d < 3; ++d) topology.connect(d, middle, LinkClass::scale_up, 1e9, 1e-6);
    const PartId part = lowered.schedule.add_part({});
    for (DeviceId d = 0; d < 2; ++d)
      lowered.schedule.add_transfer(part, lowered.schedule.stream(d, StreamKind::scale_up, 0, 0), 2,
                                    1'000'000'000, {}, {});
    for (const Link& link : topology.links()) lowered.link_bandwidth.push_back(link.bandwidth);
  }

  /// The transfers start and end then.
  void check(std::vector<Seconds> starts, std::vector<Seconds> ends) const {
    Timeline timeline(2);
    for (OpId op = 0; op < 2; ++op) {
      timeline.started()[op] = starts[op];
      timeline.finished()[op] = ends[op];
    }
    check_timeline(lowered, topology, Routes(topology, {{0, 2}, {1, 2}}), timeline);
  }

  Topology topology;
  LoweredSchedule lowered;
};

}  // namespace

TEST_CASE_FIXTURE(TwoIntoOne, "timelines: a shared port and one used in turn are possible") {
  CHECK_NOTHROW(check({0, 0}, {2 + 2e-6, 2 + 2e-6}));
  CHECK_NOTHROW(check({0, 1}, {1 + 2e-6, 2 + 2e-6}));
  CHECK_NOTHROW(check({0, 5}, {1 + 2e-6, 6 + 2e-6}));  // idle in between
  CHECK_NOTHROW(check({0, 0}, {1 + 2e-6, 3}));         // not all of it used
}

TEST_CASE_FIXTURE(TwoIntoOne, "timelines: a transfer faster than its narrowest link is not possible") {
  CHECK_THROWS_WITH_AS(check({0, 1}, {1, 2 + 2e-6}),
                       doctest::Contains("device 0 to 2: internal error: it took 1 s"), Error);
}

TEST_CASE_FIXTURE(TwoIntoOne, "timelines: a link that carries more than its bandwidth is not possible") {
  CHECK_THROWS_WITH_AS(check({0, 0}, {1.999 + 2e-6, 1.999 + 2e-6}),
                       doctest::Contains("link switch->d2: internal error: it carried 2e+09 B"), Error);
  // What it did not use while idle it cannot make up for.
  CHECK_THROWS_AS(check({5, 5}, {6.999 + 2e-6, 6.999 + 2e-6}), Error);
}
