// Topologies for tests, in few words.
#pragma once

#include "platforms/platform.hpp"

namespace epsim {

inline TopologySpec star_of(int devices, BytesPerSecond bandwidth, Seconds latency) {
  return TopologySpec("star", {{"devices", devices}, {"bandwidth", bandwidth}, {"latency", latency}});
}

inline TopologySpec rails(std::initializer_list<std::pair<std::string_view, ParameterValue>> values = {}) {
  return TopologySpec("rail_optimized", values);
}

}  // namespace epsim
