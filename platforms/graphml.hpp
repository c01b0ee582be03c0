// GraphML in and out, by Boost.Graph. Vertices have `name`, `kind` (device or switch) and, if they are
// devices, may have `node` (0 if not); edges are undirected, full-duplex cables with `bandwidth` and
// `latency`, as numbers in bytes per second and seconds or as text with units.
#pragma once

#include <iosfwd>
#include <string>

#include "platforms/graph_description.hpp"

namespace epsim {

/// Devices and switches in the file's order. Throws Error (input) at `place` when it is no GraphML or an
/// attribute is missing or wrong.
[[nodiscard]] GraphDescription read_graphml(std::istream& in, const std::string& place);
void write_graphml(std::ostream& out, const Topology& topology);

}  // namespace epsim
