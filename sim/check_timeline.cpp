#include "sim/check_timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "sim/engine/engine.hpp"

namespace epsim {
namespace {

constexpr double rounding = 1e-9;
constexpr Seconds moment = 10 * simgrid_resolution;

/// What sums of times up to `end` cannot tell apart.
Seconds tolerance(Seconds end) {
  return moment + 1e-14 * end;
}

/// When a flow was on a link.
struct Visit {
  Seconds begin;
  Seconds end;
  double bytes;
};

[[noreturn]] void fail(std::string place, std::string what) {
  throw internal_error(std::move(place), what, "the result of this run is wrong");
}

void check_transfer(const Schedule& schedule, OpId op, Seconds end, Seconds taken, Seconds least) {
  if (taken >= least * (1 - rounding) - tolerance(end)) return;
  fail(fmt::format("transfer {} of {} B, device {} to {}", op, schedule.bytes(op), schedule.device(op),
                   schedule.peer(op)),
       fmt::format("it took {:.6g} s, and no less than {:.6g} s is possible", taken, least));
}

std::string name_of_link(const Topology& topology, LinkId link) {
  if (link < topology.link_count()) return std::string(topology.link_name(link));
  return fmt::format("cap {} of device {}", link - topology.link_count(), (link - topology.link_count()) / 2);
}

/// `visits` in order of their begin.
void check_link(const std::string& name, BytesPerSecond bandwidth, const std::vector<Visit>& visits) {
  for (std::size_t i = 0; i < visits.size();) {
    const Seconds begin = visits[i].begin;
    Seconds end = visits[i].end;
    double bytes = 0;
    for (; i < visits.size() && visits[i].begin <= end; ++i) {
      end = std::max(end, visits[i].end);
      bytes += visits[i].bytes;
    }
    if (bytes <= bandwidth * ((end - begin) * (1 + rounding) + tolerance(end))) continue;
    fail("link " + name,
         fmt::format("it carried {:.9g} B from {:.9g} s to {:.9g} s, and at {:.6g} B/s no more than "
                     "{:.9g} B are possible",
                     bytes, begin, end, bandwidth, bandwidth * (end - begin)));
  }
}

}  // namespace

void check_timeline(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes,
                    const Timeline& timeline) {
  const Schedule& schedule = lowered.schedule;
  std::vector<std::vector<Visit>> visits(lowered.link_bandwidth.size());
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    const DeviceId from = schedule.device(op);
    const DeviceId to = schedule.peer(op);
    const auto bytes = static_cast<double>(lowered.load(op));
    const Seconds begin = timeline.started()[op] + routes.latency(from, to);
    BytesPerSecond narrowest = std::numeric_limits<double>::infinity();
    for (const LinkId link : routes.links_between(from, to)) {
      const auto l = at(link);
      narrowest = std::min(narrowest, lowered.link_bandwidth[l]);
      visits[l].push_back({begin, timeline.finished()[op], bytes});
    }
    check_transfer(schedule, op, timeline.finished()[op], timeline.finished()[op] - timeline.started()[op],
                   routes.latency(from, to) + bytes / narrowest);
  }
  for (std::size_t link = 0; link < visits.size(); ++link) {
    std::ranges::sort(visits[link], {}, &Visit::begin);
    check_link(name_of_link(topology, static_cast<LinkId>(link)), lowered.link_bandwidth[link], visits[link]);
  }
}

}  // namespace epsim
