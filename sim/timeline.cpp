#include "sim/timeline.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

std::size_t column_bytes(std::size_t steps) {
  return 3 * steps * sizeof(Seconds);
}

}  // namespace

Timeline::Timeline(StepId steps) : steps_(steps) {
  if (steps == 0) return;  // mmap refuses empty mappings
  void* memory =
      mmap(nullptr, column_bytes(steps_), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw simulation_error("timeline",
                           "no memory for the times of " + std::to_string(steps) + " steps (" +
                               std::to_string(column_bytes(steps_)) + " bytes)",
                           "simulate fewer devices, chunks or patterns at once");
  columns_ = static_cast<Seconds*>(memory);  // the kernel hands out zeroed pages
}

Timeline::Timeline(Timeline&& other) noexcept
    : columns_(std::exchange(other.columns_, nullptr)), steps_(std::exchange(other.steps_, 0)) {}

Timeline& Timeline::operator=(Timeline&& other) noexcept {
  std::swap(columns_, other.columns_);
  std::swap(steps_, other.steps_);
  return *this;
}

Timeline::~Timeline() {
  if (columns_ != nullptr) munmap(columns_, column_bytes(steps_));
}

Seconds Timeline::end() const {
  const auto times = finished();
  return times.empty() ? 0 : *std::max_element(times.begin(), times.end());
}

}  // namespace epsim
