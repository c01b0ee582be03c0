// What streams have under way outside the network, by the time when that ends. Most of it takes one of a few
// durations (the latencies of routes, a transport's overhead), and what takes equally long comes out in the
// order in which it went in: a queue for each of the first few durations, a heap for the rest.
//
// Of equal times what was put in first comes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "platforms/units.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

struct PendingOp {
  Seconds time = 0;          ///< a computation's end; a transfer's bytes reach the network
  std::uint64_t number = 0;  ///< of the order in which operations were put in
  OpId op = 0;
  std::uint32_t pair = 0;  ///< of a transfer: its route's place in Routes
  bool operator>(const PendingOp& other) const {
    return time != other.time ? time > other.time : number > other.number;
  }
};

class PendingOps {
 public:
  /// Precondition: `now` is not before any earlier call's.
  void add(OpId op, std::uint32_t pair, Seconds now, Seconds duration);
  /// The next one; null pointer when there is none. Valid until the next call.
  [[nodiscard]] const PendingOp* first() const;
  /// Takes it out. Precondition: there is one.
  PendingOp take_first();

 private:
  static constexpr std::size_t most_queues = 8;
  struct Queue {
    Seconds duration;
    std::deque<PendingOp> ops;
  };
  [[nodiscard]] std::size_t first_queue() const;  // queues_.size(): the heap
  [[nodiscard]] const PendingOp* front(std::size_t queue) const;

  std::vector<Queue> queues_;
  std::vector<PendingOp> heap_;
  std::uint64_t added_ = 0;
};

}  // namespace epsim
