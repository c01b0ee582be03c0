// Options of ring.cpp.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

struct RingOptions {
  bool bidirectional = false;
  Deduplication deduplicate = Deduplication::none;  ///< none or device
};

}  // namespace epsim
