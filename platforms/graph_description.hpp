// A network given vertex by vertex and cable by cable.
#pragma once

#include <string>
#include <vector>

#include "platforms/topology.hpp"

namespace epsim {

struct GraphVertex {
  std::string name;
  NodeId node = 0;  ///< of devices; for switches see node_of_switches
  bool operator==(const GraphVertex&) const = default;
};

/// Full duplex.
struct GraphCable {
  std::string from;
  std::string to;
  BytesPerSecond bandwidth = 0;
  Seconds latency = 0;
  bool operator==(const GraphCable&) const = default;
};

struct GraphDescription {
  std::vector<GraphVertex> devices;
  std::vector<std::string> switches;
  std::vector<GraphCable> cables;
  bool operator==(const GraphDescription&) const = default;
};

/// What a topology was built from, or could have been.
[[nodiscard]] GraphDescription description_of(const Topology& topology);

}  // namespace epsim
