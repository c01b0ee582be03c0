#include "sim/engine/pending_steps.hpp"

#include <algorithm>
#include <functional>

namespace epsim {

void PendingSteps::add(StepId step, std::uint32_t pair, Seconds now, Seconds duration) {
  const PendingStep pending{now + duration, added_++, step, pair};
  auto queue = std::ranges::find(queues_, duration, &Queue::duration);
  if (queue == queues_.end() && queues_.size() < most_queues) {
    queues_.push_back({duration, {}});
    queue = queues_.end() - 1;
  }
  if (queue != queues_.end()) {
    queue->steps.push_back(pending);
    return;
  }
  heap_.push_back(pending);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

const PendingStep* PendingSteps::front(std::size_t queue) const {
  if (queue == queues_.size()) return heap_.empty() ? nullptr : &heap_.front();
  return queues_[queue].steps.empty() ? nullptr : &queues_[queue].steps.front();
}

std::size_t PendingSteps::first_queue() const {
  std::size_t best = queues_.size();
  for (std::size_t queue = 0; queue < queues_.size(); ++queue) {
    const PendingStep* candidate = front(queue);
    const PendingStep* least = front(best);
    if (candidate != nullptr && (least == nullptr || *least > *candidate)) best = queue;
  }
  return best;
}

const PendingStep* PendingSteps::first() const {
  return front(first_queue());
}

PendingStep PendingSteps::take_first() {
  const std::size_t queue = first_queue();
  const PendingStep first = *front(queue);
  if (queue < queues_.size()) {
    queues_[queue].steps.pop_front();
  } else {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    heap_.pop_back();
  }
  return first;
}

}  // namespace epsim
