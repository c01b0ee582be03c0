// Between a device and the network that its routes go through.
#pragma once

#include <vector>

#include "platforms/routing/policy.hpp"

namespace epsim {

/// A device's way to its switch: one cable, or two where devices share a NIC.
struct Access {
  VertexId switch_vertex = 0;
  std::vector<LinkId> out;  ///< from the device to the switch
  std::vector<LinkId> in;   ///< from the switch to the device
};

/// Precondition: the device has one cable of the task's class, and its NIC, if it is shared, two.
[[nodiscard]] Access access_of(const RoutingTask& task, DeviceId device);
/// The first link of the class from one vertex to another, in order of their numbers. Precondition: there is
/// one.
[[nodiscard]] LinkId link_between(const RoutingTask& task, VertexId from, VertexId to);

}  // namespace epsim
