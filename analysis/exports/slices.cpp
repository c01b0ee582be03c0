#include "analysis/exports/slices.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "analysis/exports/spans.hpp"
#include "platforms/indexing.hpp"

namespace epsim {
namespace {

/// A device's stream, or (after all streams) what it receives. Ordered by its members.
struct Track {
  bool is_receive = false;
  StreamKind kind = StreamKind::compute;
  int lane = 0;
  auto operator<=>(const Track&) const = default;
};

using Tracks = std::map<Track, std::vector<Slice>>;

Slice received(const Simulation& simulation, OpId op) {
  const Schedule& schedule = simulation.lowered.schedule;
  const Seconds end = simulation.timeline.finished()[op];
  const Seconds arrival =
      simulation.timeline.started()[op] + simulation.routes.latency(schedule.device(op), schedule.peer(op));
  return {op, true, nanoseconds(std::min(arrival, end)), nanoseconds(end)};
}

/// Puts every slice on the lowest lane that is free; returns the number of lanes.
int assign_lanes(std::vector<Slice>& slices, int first_thread) {
  std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
    return std::tuple{a.begin_ns, a.op} < std::tuple{b.begin_ns, b.op};
  });
  std::vector<std::int64_t> free_from;
  for (Slice& slice : slices) {
    auto lane = std::find_if(free_from.begin(), free_from.end(),
                             [&](std::int64_t end) { return end <= slice.begin_ns; });
    if (lane == free_from.end()) lane = free_from.insert(lane, 0);
    *lane = slice.end_ns;
    slice.thread = first_thread + static_cast<int>(lane - free_from.begin());
  }
  return static_cast<int>(free_from.size());
}

DeviceSlices lay_out(DeviceId device, Tracks& tracks) {
  DeviceSlices result{device, {}, {}};
  for (auto& [track, slices] : tracks) {
    const std::string label = track.is_receive ? "receive" : stream_label({device, track.kind, track.lane});
    const int first = static_cast<int>(result.threads.size());
    const int lanes = assign_lanes(slices, first);
    for (int lane = 0; lane < lanes; ++lane)
      result.threads.push_back(
          {device, first + lane, lanes == 1 ? label : label + " " + std::to_string(lane)});
    result.slices.insert(result.slices.end(), slices.begin(), slices.end());
  }
  return result;
}

}  // namespace

std::int64_t nanoseconds(Seconds time) {
  return std::llround(time * 1e9);
}

std::vector<DeviceSlices> slices_of(const Simulation& simulation, const std::vector<bool>& is_shown) {
  const Schedule& schedule = simulation.lowered.schedule;
  std::map<DeviceId, Tracks> tracks_of_device;
  const auto add = [&](DeviceId device, Track track, const Slice& slice) {
    if (!is_shown[at(device)]) return;
    tracks_of_device[device][track].push_back(slice);
  };
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) == OpKind::join) continue;
    const Stream& stream = schedule.streams()[schedule.stream_of(op)];
    add(stream.device, {false, stream.kind, stream.lane},
        {op, false, nanoseconds(simulation.timeline.started()[op]),
         nanoseconds(simulation.timeline.finished()[op])});
    if (schedule.kind(op) == OpKind::transfer)
      add(schedule.peer(op), {.is_receive = true}, received(simulation, op));
  }
  std::vector<DeviceSlices> devices;
  for (auto& [device, tracks] : tracks_of_device) devices.push_back(lay_out(device, tracks));
  return devices;
}

}  // namespace epsim
