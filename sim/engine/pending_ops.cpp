#include "sim/engine/pending_ops.hpp"

#include <algorithm>
#include <functional>

namespace epsim {

void PendingOps::add(OpId op, std::uint32_t pair, Seconds now, Seconds duration) {
  const PendingOp pending{now + duration, added_++, op, pair};
  auto queue = std::ranges::find(queues_, duration, &Queue::duration);
  if (queue == queues_.end() && queues_.size() < most_queues) {
    queues_.push_back({duration, {}});
    queue = queues_.end() - 1;
  }
  if (queue != queues_.end()) {
    queue->ops.push_back(pending);
    return;
  }
  heap_.push_back(pending);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

const PendingOp* PendingOps::front(std::size_t queue) const {
  if (queue == queues_.size()) return heap_.empty() ? nullptr : &heap_.front();
  return queues_[queue].ops.empty() ? nullptr : &queues_[queue].ops.front();
}

std::size_t PendingOps::first_queue() const {
  std::size_t best = queues_.size();
  for (std::size_t queue = 0; queue < queues_.size(); ++queue) {
    const PendingOp* candidate = front(queue);
    const PendingOp* least = front(best);
    if (candidate != nullptr && (least == nullptr || *least > *candidate)) best = queue;
  }
  return best;
}

const PendingOp* PendingOps::first() const {
  return front(first_queue());
}

PendingOp PendingOps::take_first() {
  const std::size_t queue = first_queue();
  const PendingOp first = *front(queue);
  if (queue < queues_.size()) {
    queues_[queue].ops.pop_front();
  } else {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    heap_.pop_back();
  }
  return first;
}

}  // namespace epsim
