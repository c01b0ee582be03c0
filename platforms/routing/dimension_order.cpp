// Dimension order, for tori: from router to router along the last dimension until it is right, then along the
// one before it. The shorter way around; where both are equally long, the way depends on the source's place
// and the destination's other places, so that each way gets half.
//
// The rule's shape is the torus', an end's address its place, the last dimension fastest, and the routers
// stand in order of addresses.
#include <cstdlib>

#include "platforms/indexing.hpp"
#include "platforms/routing/access.hpp"

namespace epsim {
namespace {

class DimensionOrderFinder : public RouteFinder {
 public:
  explicit DimensionOrderFinder(const RoutingTask& task) : task_(task) {}

  void begin_at(DeviceId source) override { source_ = source; }

  bool append(DeviceId destination, std::vector<LinkId>& route) override {
    const Access start = access_of(task_, source_);
    const Access end = access_of(task_, destination);
    route.insert(route.end(), start.out.begin(), start.out.end());
    const int to = task_.rule.address[at(destination)];
    int place = task_.rule.address[at(source_)];
    const VertexId first_router = start.switch_vertex - place;
    int stride = 1;
    for (auto size = task_.rule.shape.rbegin(); size != task_.rule.shape.rend(); stride *= *size++)
      for (int steps = steps_along(stride, *size, to); steps != 0; steps -= steps > 0 ? 1 : -1) {
        const int next = neighbour(place, stride, *size, steps > 0 ? 1 : -1);
        route.push_back(link_between(task_, first_router + place, first_router + next));
        place = next;
      }
    route.insert(route.end(), end.in.begin(), end.in.end());
    return true;
  }

 private:
  static int neighbour(int place, int stride, int size, int step) {
    const int here = place / stride % size;
    return place + ((here + step + size) % size - here) * stride;
  }

  /// From the source's place to the destination's along one dimension; negative: downwards.
  [[nodiscard]] int steps_along(int stride, int size, int to) const {
    const int from_here = task_.rule.address[at(source_)] / stride % size;
    const int to_here = to / stride % size;
    const int up = (to_here - from_here + size) % size;
    if (2 * up != size) return 2 * up < size ? up : up - size;
    return (from_here + sum_of_places(to) - to_here) % 2 == 0 ? up : -up;
  }

  [[nodiscard]] int sum_of_places(int address) const {
    int sum = 0;
    for (auto size = task_.rule.shape.rbegin(); size != task_.rule.shape.rend(); address /= *size++)
      sum += address % *size;
    return sum;
  }

  const RoutingTask& task_;
  DeviceId source_ = 0;
};

std::unique_ptr<RouteFinder> finder(const RoutingTask& task) {
  return std::make_unique<DimensionOrderFinder>(task);
}

}  // namespace

RoutingPolicy dimension_order() {
  return {"dimension_order",
          "one dimension of a torus after the other, the last one first, the shorter way around", finder};
}

}  // namespace epsim
