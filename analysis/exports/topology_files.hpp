// A platform's network for other programs: Graphviz, and SimGrid.
#pragma once

#include <iosfwd>
#include <string>

#include "platforms/platform.hpp"

namespace epsim {

/// Graphviz: a box per node with its devices and switches, a line per cable, its colour by class, its width
/// by bandwidth.
void write_dot(std::ostream& out, const Topology& topology, const std::string& title);

/// SimGrid's platform description (version 4.1): a host per device, in the order of ranks, those without a
/// rank last; links of one direction, and a route for every ordered pair of devices. Throws Error (input)
/// naming two devices that are not connected.
void write_simgrid_platform(std::ostream& out, const Topology& topology, const PlatformSpec& spec);

}  // namespace epsim
