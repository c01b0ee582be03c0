// How long something takes, in real time.
#pragma once

#include <chrono>

#include "platforms/units.hpp"

namespace epsim {

/// Runs from when it is made.
class Stopwatch {
 public:
  [[nodiscard]] Seconds seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace epsim
