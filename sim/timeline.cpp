#include "sim/timeline.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

std::size_t column_bytes(std::size_t ops) {
  return 3 * ops * sizeof(Seconds);
}

}  // namespace

Timeline::Timeline(OpId ops) : ops_(ops) {
  if (ops == 0) return;  // mmap refuses empty mappings
  void* memory = mmap(nullptr, column_bytes(ops_), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw simulation_error("timeline",
                           "no memory for the times of " + std::to_string(ops) + " operations (" +
                               std::to_string(column_bytes(ops_)) + " bytes)",
                           "simulate fewer devices, chunks or patterns at once");
  columns_ = static_cast<Seconds*>(memory);  // the kernel hands out zeroed pages
}

Timeline::Timeline(Timeline&& other) noexcept
    : columns_(std::exchange(other.columns_, nullptr)), ops_(std::exchange(other.ops_, 0)) {}

Timeline& Timeline::operator=(Timeline&& other) noexcept {
  std::swap(columns_, other.columns_);
  std::swap(ops_, other.ops_);
  return *this;
}

Timeline::~Timeline() {
  if (columns_ != nullptr) munmap(columns_, column_bytes(ops_));
}

Seconds Timeline::end() const {
  const auto times = finished();
  return times.empty() ? 0 : *std::max_element(times.begin(), times.end());
}

}  // namespace epsim
