// Memory that a process shares with the children that it forks afterwards: what they write is seen here.
#pragma once

#include <cstddef>

namespace epsim {

class SharedMemory {
 public:
  /// All zero; pages take up memory when they are first written. Throws std::bad_alloc.
  explicit SharedMemory(std::size_t bytes);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  [[nodiscard]] void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace epsim
