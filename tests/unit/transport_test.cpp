#include "sim/lowering.hpp"

#include <doctest/doctest.h>

#include "platforms/indexing.hpp"
#include "platforms/platform.hpp"
#include "sim/schedule/text.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

/// d0 computes, then sends two transfers to d1.
Schedule compute_then_send_twice() {
  Schedule schedule;
  const PartId gate = schedule.add_part({.phase = Phase::gate});
  const PartId dispatch = schedule.add_part({.phase = Phase::dispatch});
  const OpId computed = schedule.add_computation(gate, schedule.stream(0, StreamKind::compute), 1e-6, {});
  const StreamId sending = schedule.stream(0, StreamKind::scale_up, 0, 8);
  const Rectangle payload{{0}, {1}};
  for (const Bytes bytes : {100, 200})
    schedule.add_transfer(dispatch, sending, 1, bytes, {&payload, 1}, {{computed}});
  return schedule;
}

Topology two_devices() {
  return build_topology({.topology = star_of(2, 100e9, 0)});
}

}  // namespace

TEST_CASE("the ideal transport changes neither operations nor bandwidths") {
  const Schedule schedule = compute_then_send_twice();
  const LoweredSchedule lowered = lower(schedule, Transport{}, two_devices());
  CHECK(to_text(lowered.schedule) == to_text(schedule));
  CHECK(lowered.link_bandwidth == std::vector<double>(4, 100e9));
}

TEST_CASE("start-up once per phase and stream - overhead before each message") {
  Transport transport;
  transport.start_up = 5e-6;
  transport.message_overhead = 1e-6;
  const LoweredSchedule lowered = lower(compute_then_send_twice(), transport, two_devices());
  CHECK(to_text(lowered.schedule) ==
        "part 0 gate deduplicate none chunks 1\n"
        "part 1 dispatch deduplicate none chunks 1\n"
        "stream d0.compute as ready\n"
        "stream d0.scale_up window 8\n"
        "op 0 part 0 d0.compute 1e-06 s\n"
        "op 1 part 1 d0.scale_up 5e-06 s after 0\n"
        "op 2 part 1 d0.scale_up 1e-06 s after 0\n"
        "op 3 part 1 d0.scale_up -> d1 100 B carries 0 x 1 chunks 0-1 after 0\n"
        "op 4 part 1 d0.scale_up 1e-06 s after 0\n"
        "op 5 part 1 d0.scale_up -> d1 200 B carries 0 x 1 chunks 0-1 after 0\n");
}

TEST_CASE("achieved shares scale the links of their class") {
  TopologySpec spec = rails();
  spec["nodes"] = 2;
  spec["devices_per_node"] = 1;
  spec["scale_up_bandwidth"] = 400e9;
  spec["nic_bandwidth"] = 50e9;
  Transport transport;
  transport.scale_up_share = 0.5;
  transport.scale_out_share = 0.8;
  const Topology topology = build_topology({.topology = spec});
  const LoweredSchedule lowered = lower(compute_then_send_twice(), transport, topology);
  for (const Link& link : topology.links()) {
    const double share = link.link_class == LinkClass::scale_up ? 0.5 : 0.8;
    CHECK(lowered.link_bandwidth[at(link.id)] == doctest::Approx(link.bandwidth * share));
  }
}
