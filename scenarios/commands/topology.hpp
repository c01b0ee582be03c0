// `epsim topology PLATFORM`: a platform's network, measured.
#pragma once

#include <string>
#include <vector>

namespace epsim {

struct TopologyOptions {
  std::string platform;
  std::vector<std::string> overrides;
  bool json = false;
  std::string format;  ///< dot, svg, graphml or simgrid; empty: what it is worth
};

void topology(const TopologyOptions& options);

}  // namespace epsim
