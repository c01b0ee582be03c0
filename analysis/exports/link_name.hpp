// Names of all that routes lead over.
#pragma once

#include <string>

#include "platforms/routes.hpp"

namespace epsim {

/// "d3->leaf0.3"; of a device's cap, which is no link of the topology, "SMs of d3, sending".
[[nodiscard]] std::string route_link_name(const Topology& topology, LinkId link);

}  // namespace epsim
