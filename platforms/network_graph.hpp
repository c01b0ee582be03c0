// The Boost graph of a topology. Apart from topology.hpp because it is slow to compile: only who walks the
// graph includes it.
#pragma once

#include <boost/graph/adjacency_list.hpp>

#include "platforms/topology.hpp"

namespace epsim {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Link>;

/// What Topology::graph() holds.
struct NetworkGraph {
  Graph value;
};

}  // namespace epsim
