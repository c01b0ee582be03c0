#include "sim/engine/departure_queue.hpp"

#include <algorithm>

namespace epsim {

void DepartureQueue::set(std::uint32_t link, Seconds time) {
  times_[link] = time;
  const std::uint32_t at = positions_[link];
  if (at != nowhere) {
    if (time < heap_[at].time) rise(at, {time, link});
  } else if (time < never) {
    heap_.push_back({time, link});
    rise(heap_.size() - 1, {time, link});
  }
}

Seconds DepartureQueue::first_time() {
  while (!heap_.empty()) {
    const Entry first = heap_.front();
    const Seconds time = times_[first.link];
    if (time <= first.time) return time;
    if (time < never) {
      sink(0, {time, first.link});
      continue;
    }
    positions_[first.link] = nowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(0, last);
  }
  return never;
}

void DepartureQueue::rise(std::size_t at, Entry moved) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / 4;
    if (!(moved < heap_[parent])) break;
    put(at, heap_[parent]);
    at = parent;
  }
  put(at, moved);
}

void DepartureQueue::sink(std::size_t at, Entry moved) {
  for (;;) {
    const std::size_t first = 4 * at + 1;
    if (first >= heap_.size()) break;
    const std::size_t end = std::min(first + 4, heap_.size());
    std::size_t best = first;
    for (std::size_t child = first + 1; child < end; ++child)
      if (heap_[child] < heap_[best]) best = child;
    if (moved < heap_[best]) break;
    put(at, heap_[best]);
    at = best;
  }
  put(at, moved);
}

}  // namespace epsim
