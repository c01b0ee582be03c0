#include "sim/engine/pending_ops.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "tests/support/property.hpp"

using namespace epsim;

TEST_CASE("pending operations come out by time and then in the order in which they were put in") {
  // Durations of more kinds than there are queues, zero among them.
  check_property("pending operations", [] {
    PendingOps pending;
    std::vector<std::tuple<Seconds, OpId>> expected;  // an operation's number is its place
    Seconds now = 0;
    OpId added = 0;
    for (int action = between(1, 100); action > 0; --action) {
      if (expected.empty() || between(0, 2) > 0) {
        const Seconds duration = between(0, 15);
        pending.add(added, added + 7, now, duration);
        expected.emplace_back(now + duration, added++);
        continue;
      }
      const auto first = std::ranges::min_element(expected);
      REQUIRE(pending.first() != nullptr);
      RC_ASSERT(pending.first()->op == std::get<OpId>(*first));
      const PendingOp taken = pending.take_first();
      RC_ASSERT(std::tuple(taken.time, taken.op) == *first);
      RC_ASSERT(taken.pair == taken.op + 7);
      now = taken.time;
      expected.erase(first);
    }
    RC_ASSERT((pending.first() == nullptr) == expected.empty());
  });
}
