// The fewest links, through switches only (devices never forward). Among equally short ways the destination
// decides, as the static forwarding tables of InfiniBand do (destination mod k): walking back from the
// destination, each fork of n ways takes way number (address mod n), and what is left of the address, divided
// by n, decides the next fork. So the destinations of one leaf spread evenly over the spines, those of one
// pod over all cores, and a shift of all devices runs at full speed (Zahavi, D-Mod-K Routing Providing
// Non-Blocking Traffic for Shift Permutations on Real Life Fat Trees, 2010).
//
// A destination with several equal last links (NICs) takes number (its address + the source's) mod n, so that
// each source's and each destination's messages spread over them.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/pending/queue.hpp>
#include <limits>
#include <tuple>

#include "platforms/indexing.hpp"
#include "platforms/network_graph.hpp"
#include "platforms/routing/policy.hpp"

namespace epsim {
namespace {

constexpr int unreached = std::numeric_limits<int>::max();

/// The links by which a message may go on: those that leave switches.
using ForwardingGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, LinkId>;

ForwardingGraph forwarding_graph(const RoutingTask& task) {
  ForwardingGraph graph(boost::num_vertices(task.topology.graph().value));
  for (const Link& link : task.topology.links())
    if (task.may_take(link) && !task.topology.is_device(link.from))
      boost::add_edge(at(link.from), at(link.to), link.id, graph);
  return graph;
}

class ShortestFinder : public RouteFinder {
 public:
  explicit ShortestFinder(const RoutingTask& task)
      : task_(task),
        forwarding_(forwarding_graph(task)),
        first_links_(boost::num_vertices(forwarding_)),
        into_(boost::num_vertices(forwarding_)) {}

  void begin_at(DeviceId source) override {
    for (const VertexId vertex : touched_) {
      first_links_[at(vertex)].clear();
      into_[at(vertex)].clear();
    }
    touched_.clear();
    source_ = source;
    find_first_links();
    find_distances();
  }

  bool append(DeviceId destination, std::vector<LinkId>& route) override {
    if (distance_[at(destination)] == unreached) return false;
    const auto begin = static_cast<std::ptrdiff_t>(route.size());
    std::size_t address = at(task_.rule.address[at(destination)]);
    const std::vector<LinkId>& last = links_into(destination);
    route.push_back(last[(address + at(task_.rule.address[at(source_)])) % last.size()]);
    for (VertexId vertex = tail_of(route.back()); vertex != source_; vertex = tail_of(route.back())) {
      const std::vector<LinkId>& into = links_into(vertex);
      route.push_back(into[address % into.size()]);
      address /= into.size();
    }
    std::reverse(route.begin() + begin, route.end());
    return true;
  }

 private:
  [[nodiscard]] VertexId tail_of(LinkId link) const { return task_.topology.link(link).from; }

  void find_first_links() {
    const Graph& graph = task_.topology.graph().value;
    const auto [begin, end] = boost::out_edges(at(source_), graph);
    for (auto edge = begin; edge != end; ++edge) {
      const Link& link = graph[*edge];
      if (!task_.may_take(link)) continue;
      touched_.push_back(link.to);
      first_links_[at(link.to)].push_back(link.id);
    }
  }

  /// Number of links from the source to every vertex.
  void find_distances() {
    distance_.assign(into_.size(), unreached);
    std::vector<boost::default_color_type> color(into_.size(), boost::white_color);
    distance_[at(source_)] = 0;
    color[at(source_)] = boost::black_color;
    std::vector<std::size_t> switches;
    for (const VertexId vertex : touched_) {
      distance_[at(vertex)] = 1;
      if (task_.topology.is_device(vertex))
        color[at(vertex)] = boost::black_color;
      else
        switches.push_back(at(vertex));
    }
    boost::queue<std::size_t> queue;
    boost::breadth_first_visit(
        forwarding_, switches.begin(), switches.end(), queue,
        boost::make_bfs_visitor(boost::record_distances(distance_.data(), boost::on_tree_edge())),
        color.data());
  }

  /// Those that lie on a shortest path from the source, in order of their tails; found once per source
  /// however many routes pass the vertex.
  const std::vector<LinkId>& links_into(VertexId vertex) {
    std::vector<LinkId>& links = into_[at(vertex)];
    if (!links.empty()) return links;
    if (distance_[at(vertex)] == 1) return first_links_[at(vertex)];
    touched_.push_back(vertex);
    const auto [begin, end] = boost::in_edges(at(vertex), forwarding_);
    for (auto edge = begin; edge != end; ++edge) {
      const int before = distance_[boost::source(*edge, forwarding_)];
      if (before != unreached && before + 1 == distance_[at(vertex)]) links.push_back(forwarding_[*edge]);
    }
    std::ranges::sort(links, {}, [&](LinkId link) { return std::pair{tail_of(link), link}; });
    return links;
  }

  const RoutingTask& task_;
  ForwardingGraph forwarding_;
  DeviceId source_ = 0;
  std::vector<int> distance_;
  std::vector<std::vector<LinkId>> first_links_;  ///< from the source itself, by head
  std::vector<std::vector<LinkId>> into_;
  std::vector<VertexId> touched_;  ///< where the two have been filled
};

std::unique_ptr<RouteFinder> finder(const RoutingTask& task) {
  return std::make_unique<ShortestFinder>(task);
}

}  // namespace

RoutingPolicy shortest() {
  return {"shortest", "fewest links; of equal ways the one of the destination's address (destination mod k)",
          finder};
}

}  // namespace epsim
