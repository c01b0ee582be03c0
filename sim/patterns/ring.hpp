// Options of ring.cpp.
#pragma once

#include <cstdint>

#include "sim/scenario.hpp"

namespace epsim {

struct RingOptions {
  bool bidirectional = false;
  Deduplication deduplicate = Deduplication::none;  ///< none or device
};

}  // namespace epsim
