#include "sim/engine/pending_steps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "tests/support/property.hpp"

using namespace epsim;

TEST_CASE("pending steps come out by time and then in the order in which they were put in") {
  // Durations of more kinds than there are queues, zero among them.
  check_property("pending steps", [] {
    PendingSteps pending;
    std::vector<std::tuple<Seconds, StepId>> expected;  // a step's number is its place
    Seconds now = 0;
    StepId added = 0;
    for (int action = between(1, 100); action > 0; --action) {
      if (expected.empty() || between(0, 2) > 0) {
        const Seconds duration = between(0, 15);
        pending.add(added, added + 7, now, duration);
        expected.emplace_back(now + duration, added++);
        continue;
      }
      const auto first = std::ranges::min_element(expected);
      REQUIRE(pending.first() != nullptr);
      RC_ASSERT(pending.first()->step == std::get<StepId>(*first));
      const PendingStep taken = pending.take_first();
      RC_ASSERT(std::tuple(taken.time, taken.step) == *first);
      RC_ASSERT(taken.pair == taken.step + 7);
      now = taken.time;
      expected.erase(first);
    }
    RC_ASSERT((pending.first() == nullptr) == expected.empty());
  });
}
