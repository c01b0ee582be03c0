// Options of hierarchical.cpp.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

struct HierarchicalOptions {
  Deduplication deduplicate = Deduplication::node;
  int chunks = 8;
  int window = 8;
};

}  // namespace epsim
