// Options of all_to_all.cpp.
#pragma once

#include <cstdint>

#include "sim/scenario.hpp"

namespace epsim {

struct AllToAllOptions {
  enum class Algorithm : std::uint8_t { direct, pairwise } algorithm = Algorithm::direct;
  int window = 8;                                   ///< transfers in flight per sending stream; 0: no limit
  Deduplication deduplicate = Deduplication::none;  ///< none or device
};

}  // namespace epsim
