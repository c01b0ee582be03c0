#include "sim/engine/level_network.hpp"

#include <algorithm>

namespace epsim {

LevelNetwork::LevelNetwork(const Routes& routes, const std::vector<bool>& binding,
                           const std::vector<BytesPerSecond>& bandwidth, double slack)
    : levels_(routes, binding, bandwidth, slack), queue_(bandwidth.size()) {}

void LevelNetwork::start(StepId step, std::uint32_t pair, Bytes bytes, Seconds now) {
  levels_.arrive(step, pair, bytes);
  await_settling(now);
}

void LevelNetwork::await_settling(Seconds now) {
  constexpr double one_moment = 1e-12;
  if (settling_ == DepartureQueue::never) settling_ = now + one_moment * now;
}

void LevelNetwork::retime() {
  levels_.visit_retimed([&](LinkLevels::LinkIndex link, Seconds time) { queue_.set(link, time); });
}

Seconds LevelNetwork::next_event() {
  retime();
  return std::min(queue_.first_time(), settling_);
}

// Departures of the moment come before its settling.
std::optional<StepId> LevelNetwork::advance() {
  retime();
  const Seconds departure = queue_.first_time();
  if (departure <= settling_) {
    const StepId step = levels_.depart(queue_.first_link(), departure);
    if (!levels_.is_settled()) await_settling(departure);
    return step;
  }
  levels_.settle(settling_);
  settling_ = DepartureQueue::never;
  return std::nullopt;
}

}  // namespace epsim
