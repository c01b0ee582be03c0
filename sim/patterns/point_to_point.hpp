// Options of point_to_point.cpp.
#pragma once

#include <cstdint>

#include "sim/scenario.hpp"

namespace epsim {

struct PointToPointOptions {
  enum class Granularity : std::uint8_t { expert, device } granularity = Granularity::expert;
  int window = 8;
};

}  // namespace epsim
