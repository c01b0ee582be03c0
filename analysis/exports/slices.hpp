// The slices of a Chrome trace and the threads they lie on.
//
// A thread of a trace shows nested slices only, but transfers of one stream overlap freely. So a stream has
// as many threads (lanes) as it has slices at a time at most; a slice takes the lowest lane that is free when
// it begins. Times are whole nanoseconds, so that slices that touch in the simulation touch in the trace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

struct Slice {
  OpId op = 0;
  bool is_receive = false;  ///< the receiving end of a transfer
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  int thread = 0;  ///< of its device
};

struct SliceTrack {
  DeviceId device = 0;
  int thread = 0;
  std::string name;  ///< "compute"; "scale_up 0", "scale_up 1" where a stream needs several lanes
};

struct DeviceSlices {
  DeviceId device = 0;
  std::vector<SliceTrack> threads;
  std::vector<Slice> slices;  ///< by track (streams, then receive), begin, operation
};

/// As traces count time.
[[nodiscard]] std::int64_t nanoseconds(Seconds time);

/// The slices of the devices that `is_shown` (by device) says. A sent slice lasts from issue to delivery, a
/// received one from when the first bytes can be there (issue + route latency) to delivery.
[[nodiscard]] std::vector<DeviceSlices> slices_of(const Simulation& simulation,
                                                  const std::vector<bool>& is_shown);

}  // namespace epsim
