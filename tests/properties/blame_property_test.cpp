// Blame of schedules that no pattern would make: any dependencies, windows, lanes and durations.
#include <doctest/doctest.h>

#include "tests/support/blame_checks.hpp"
#include "tests/support/engine_case.hpp"

using namespace epsim;

namespace {

/// Some earlier operations.
std::vector<OpId> some_before(OpId op) {
  std::vector<OpId> after;
  for (int i = between(0, 3); i > 0 && op > 0; --i) {
    const auto one = static_cast<OpId>(between(0, static_cast<int>(op) - 1));
    if (std::ranges::find(after, one) == after.end()) after.push_back(one);
  }
  return after;
}

/// Sizes and durations of few values, so that much happens at one moment.
Case random_case() {
  Case c = star(4);
  for (const Phase phase : {Phase::gate, Phase::dispatch, Phase::expert})
    c.schedule.add_part({.phase = phase});
  const int ops = between(1, 40);
  for (int i = 0; i < ops; ++i) {
    const std::vector<OpId> after = some_before(c.schedule.size());
    const auto device = static_cast<DeviceId>(between(0, 3));
    const auto part = static_cast<PartId>(between(0, 3));
    const StreamId sending = c.stream(device, between(0, 3), between(0, 1));
    const Seconds seconds = one_of({0.0, 1e-6, 1e-3, 2e-3});
    switch (between(0, 3)) {
      case 0:
        c.schedule.add_join(part, after);
        break;
      case 1:
        c.schedule.add_computation(part, sending, seconds, after, -1, Work::message_overhead);
        break;
      case 2:
        c.schedule.add_computation(part, c.schedule.stream(device, StreamKind::compute), seconds, after);
        break;
      default:
        c.schedule.add_transfer(part, sending, (device + between(1, 3)) % 4, one_of({1, 1000, 1'000'000}), {},
                                after);
    }
  }
  return c;
}

}  // namespace

TEST_CASE("blame adds up for any schedule on both engines") {
  check_property("blame of random schedules", [] {
    Case c = random_case();
    std::vector<Simulation> runs;
    for (const EngineKind engine : {EngineKind::simgrid, EngineKind::fluid})
      runs.push_back(c.simulation(engine));
    Group group = make_group(c.topology, 4);
    const Cluster cluster{std::move(c.topology), std::move(group)};
    for (const Simulation& run : runs) check_blame(cluster, run);
  });
}
