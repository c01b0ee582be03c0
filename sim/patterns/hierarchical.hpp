// Options of hierarchical.cpp.
#pragma once

#include "sim/scenario.hpp"

namespace epsim {

struct HierarchicalOptions {
  Deduplication deduplicate = Deduplication::node;
  int chunks = 8;        ///< 0: by chunk_tokens, and 8 where that is 0 or there are no tokens
  int chunk_tokens = 0;  ///< of a home in one chunk
  int window = 8;
};

}  // namespace epsim
