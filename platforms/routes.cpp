#include "platforms/routes.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <limits>
#include <numeric>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"

namespace epsim {
namespace {

constexpr int unreached = std::numeric_limits<int>::max();

/// Keeps the edges a route from `root` may use: those that leave the root or a switch.
struct LeavesSwitchOrRoot {
  const Topology* topology = nullptr;
  VertexId root = 0;
  template <class Edge>
  bool operator()(const Edge& edge) const {
    const auto tail = static_cast<VertexId>(boost::source(edge, topology->graph().value));
    return tail == root || !topology->is_device(tail);
  }
};

/// Number of links from `root` to every vertex, through switches only.
std::vector<int> distances_from(const Topology& topology, DeviceId root) {
  std::vector<int> distance(boost::num_vertices(topology.graph().value), unreached);
  distance[at(root)] = 0;
  const boost::filtered_graph<Graph, LeavesSwitchOrRoot> passable(topology.graph().value, {&topology, root});
  boost::breadth_first_search(passable, static_cast<std::size_t>(root),
                              boost::visitor(boost::make_bfs_visitor(
                                  boost::record_distances(distance.data(), boost::on_tree_edge()))));
  return distance;
}

/// The links into `vertex` that lie on a shortest path from `root`, in order of their tails.
std::vector<LinkId> shortest_links_into(const Topology& topology, const std::vector<int>& distance,
                                        DeviceId root, VertexId vertex) {
  std::vector<LinkId> found;
  const auto [begin, end] = boost::in_edges(static_cast<std::size_t>(vertex), topology.graph().value);
  for (auto edge = begin; edge != end; ++edge) {
    const Link& link = topology.graph().value[*edge];
    const bool passable = link.from == root || !topology.is_device(link.from);
    const int tail_distance = distance[at(link.from)];
    if (passable && tail_distance != unreached && tail_distance + 1 == distance[at(vertex)])
      found.push_back(link.id);
  }
  std::sort(found.begin(), found.end(), [&](LinkId a, LinkId b) {
    return std::pair{topology.link(a).from, a} < std::pair{topology.link(b).from, b};
  });
  return found;
}

/// Shortest links into every vertex, found once per source however many routes pass the vertex.
class ShortestLinks {
 public:
  ShortestLinks(const Topology& topology, DeviceId root)
      : topology_(topology),
        root_(root),
        distance_(distances_from(topology, root)),
        into_(boost::num_vertices(topology.graph().value)) {}

  [[nodiscard]] bool reaches(VertexId vertex) const { return distance_[at(vertex)] != unreached; }
  const std::vector<LinkId>& into(VertexId vertex) {
    std::vector<LinkId>& links = into_[at(vertex)];
    if (links.empty()) links = shortest_links_into(topology_, distance_, root_, vertex);
    return links;
  }

 private:
  const Topology& topology_;
  DeviceId root_;
  std::vector<int> distance_;
  std::vector<std::vector<LinkId>> into_;
};

/// By link id, for links from a switch to a device: the device's place among the devices of that switch.
std::vector<std::size_t> places_at_switches(const Topology& topology) {
  std::vector<std::size_t> devices_of_switch(boost::num_vertices(topology.graph().value), 0);
  std::vector<std::size_t> places(static_cast<std::size_t>(topology.link_count()), 0);
  for (const Link& link : topology.links())
    if (topology.is_device(link.to) && !topology.is_device(link.from))
      places[at(link.id)] = devices_of_switch[at(link.from)]++;
  return places;
}

/// Fills `route` with the links of the route, from its end. Of equally short ways it takes the one of the
/// destination's place at its switch, so that the destinations of a switch spread over the ways to it.
void find_back(const Topology& topology, ShortestLinks& shortest, DeviceId source, DeviceId destination,
               const std::vector<std::size_t>& places, std::vector<LinkId>& route) {
  if (!shortest.reaches(destination))
    throw input_error(
        "platform",
        "no route from " + topology.name_of_vertex(source) + " to " + topology.name_of_vertex(destination),
        "join them by links through switches");
  route.clear();
  std::size_t place = 0;
  for (VertexId vertex = destination; vertex != source; vertex = topology.link(route.back()).from) {
    const std::vector<LinkId>& into = shortest.into(vertex);
    const LinkId link = into[place % into.size()];
    if (vertex == destination) place = places[at(link)];
    route.push_back(link);
  }
}

}  // namespace

Routes::Routes(const Topology& topology, std::vector<std::pair<DeviceId, DeviceId>> pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  pairs_.reserve(pairs.size());
  first_link_.reserve(pairs.size() + 1);
  const std::vector<std::size_t> places = places_at_switches(topology);
  std::vector<LinkId> backwards;
  for (auto pair = pairs.begin(); pair != pairs.end();) {
    ShortestLinks shortest(topology, pair->first);
    for (const DeviceId source = pair->first; pair != pairs.end() && pair->first == source; ++pair) {
      find_back(topology, shortest, source, pair->second, places, backwards);
      add(topology, source, pair->second, backwards);
    }
  }
  index_sources(topology.device_count());
}

void Routes::add(const Topology& topology, DeviceId source, DeviceId destination,
                 const std::vector<LinkId>& backwards) {
  Seconds latency = 0;
  for (const LinkId link : backwards) latency += topology.link(link).latency;
  links_.insert(links_.end(), backwards.rbegin(), backwards.rend());
  first_link_.push_back(links_.size());
  latency_.push_back(latency);
  pairs_.push_back({source, destination});
}

void Routes::index_sources(int devices) {
  first_pair_of_source_.assign(static_cast<std::size_t>(devices) + 1, 0);
  for (const Pair& pair : pairs_) ++first_pair_of_source_[at(pair.source) + 1];
  std::partial_sum(first_pair_of_source_.begin(), first_pair_of_source_.end(), first_pair_of_source_.begin());
}

std::span<const LinkId> Routes::links_between(DeviceId source, DeviceId destination) const {
  return links_of(index_of(source, destination));
}

Seconds Routes::latency(DeviceId source, DeviceId destination) const {
  return latency_[index_of(source, destination)];
}

std::size_t Routes::index_of(DeviceId source, DeviceId destination) const {
  const auto row = at(source);
  const std::size_t begin = first_pair_of_source_[row];
  const std::size_t end = first_pair_of_source_[row + 1];
  // Where all destinations are present, as in an all-to-all, the place is known without a search.
  const std::size_t guess =
      begin + static_cast<std::size_t>(destination < source ? destination : destination - 1);
  if (guess < end && pairs_[guess].destination == destination) return guess;
  const auto first = pairs_.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(end);
  const auto found = std::lower_bound(first, last, destination,
                                      [](const Pair& pair, DeviceId d) { return pair.destination < d; });
  return static_cast<std::size_t>(found - pairs_.begin());
}

}  // namespace epsim
