#include "sim/timeline.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "platforms/error.hpp"

namespace epsim {
namespace {

SharedMemory columns_of(std::size_t ops) {
  const std::size_t bytes = ops * (3 * sizeof(Seconds) + sizeof(OpId) + sizeof(Release));
  try {
    return SharedMemory(bytes);
  } catch (const std::bad_alloc&) {
    throw simulation_error("timeline",
                           "no memory for the times of " + std::to_string(ops) + " operations (" +
                               std::to_string(bytes) + " bytes)",
                           "simulate fewer devices, chunks or patterns at once");
  }
}

}  // namespace

Timeline::Timeline(OpId ops)
    : memory_(columns_of(ops)), columns_(static_cast<Seconds*>(memory_.data())), ops_(ops) {
  if (ops == 0) return;
  std::byte* const after_times = static_cast<std::byte*>(memory_.data()) + 3 * ops_ * sizeof(Seconds);
  releasers_ = reinterpret_cast<OpId*>(after_times);
  releases_ = reinterpret_cast<Release*>(after_times + ops_ * sizeof(OpId));
  std::fill_n(releasers_, ops_, no_op);
}

Timeline::Timeline(Timeline&& other) noexcept
    : memory_(std::move(other.memory_)),
      columns_(std::exchange(other.columns_, nullptr)),
      releasers_(std::exchange(other.releasers_, nullptr)),
      releases_(std::exchange(other.releases_, nullptr)),
      ops_(std::exchange(other.ops_, 0)) {}

Timeline& Timeline::operator=(Timeline&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(columns_, other.columns_);
  std::swap(releasers_, other.releasers_);
  std::swap(releases_, other.releases_);
  std::swap(ops_, other.ops_);
  return *this;
}

Seconds Timeline::end() const {
  const auto times = finished();
  return times.empty() ? 0 : *std::max_element(times.begin(), times.end());
}

}  // namespace epsim
