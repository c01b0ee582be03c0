// Links by the time of their next departure: a heap with four children per node, in which a link's time may
// change. Most changes are to a later time, and another follows before it comes; so a later time is only
// noted, and the link is moved once it has come to the front.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "platforms/units.hpp"

namespace epsim {

class DepartureQueue {
 public:
  static constexpr Seconds never = std::numeric_limits<Seconds>::infinity();

  explicit DepartureQueue(std::size_t links) : times_(links, never), positions_(links, nowhere) {}

  void set(std::uint32_t link, Seconds time);
  /// The least time; `never` when no link has one.
  [[nodiscard]] Seconds first_time();
  /// The link it belongs to, of equal times the lowest. Precondition: first_time() was just asked and is not
  /// `never`.
  [[nodiscard]] std::uint32_t first_link() const { return heap_.front().link; }

 private:
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  struct Entry {
    Seconds time;  // at most the link's
    std::uint32_t link;
    bool operator<(const Entry& b) const { return time < b.time || (time == b.time && link < b.link); }
  };
  void rise(std::size_t at, Entry moved);
  void sink(std::size_t at, Entry moved);
  void put(std::size_t at, Entry entry) {
    heap_[at] = entry;
    positions_[entry.link] = static_cast<std::uint32_t>(at);
  }

  std::vector<Seconds> times_;  // by link
  std::vector<std::uint32_t> positions_;
  std::vector<Entry> heap_;
};

}  // namespace epsim
