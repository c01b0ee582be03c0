#include "sim/engine/level_network.hpp"

#include <algorithm>

namespace epsim {

LevelNetwork::LevelNetwork(const Routes& routes, const std::vector<bool>& binding,
                           const std::vector<BytesPerSecond>& bandwidth, double slack)
    : levels_(routes, binding, bandwidth, slack), queue_(bandwidth.size()) {}

void LevelNetwork::start(OpId op, std::uint32_t pair, Bytes bytes, Seconds now) {
  levels_.arrive(op, pair, bytes);
  settling_ = now;
}

void LevelNetwork::retime() {
  levels_.visit_retimed([&](LinkLevels::LinkIndex link, Seconds time) { queue_.set(link, time); });
}

Seconds LevelNetwork::next_event() {
  retime();
  return std::min(queue_.first_time(), settling_);
}

// Departures that are one moment's but for rounding are brought forward to it: were sharing to wait for the
// last of them, what they leave would lie idle, at every event a little, and where small differences grow
// that is enough to make other runs than the exact one.
std::optional<OpId> LevelNetwork::advance() {
  constexpr double rounding = 1e-12;
  retime();
  const Seconds departure = queue_.first_time();
  const Seconds now = std::min(departure, settling_);
  if (departure <= now + rounding * now) {
    const OpId op = levels_.depart(queue_.first_link(), now);
    if (!levels_.is_settled()) settling_ = now;
    return op;
  }
  levels_.settle(now);
  settling_ = DepartureQueue::never;
  return std::nullopt;
}

}  // namespace epsim
