#include "platforms/generators/nics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace epsim {

Nics split_nics(double nics_per_device) {
  if (nics_per_device >= 1) return {.per_device = static_cast<int>(std::lround(nics_per_device))};
  return {.devices_per_nic = std::max(1, static_cast<int>(std::lround(1 / nics_per_device)))};
}

std::optional<SpecFault> nics_fault(double nics_per_device, int devices_per_node) {
  constexpr double digits_missing = 0.011;  // 0.33 stands for a third
  const Nics nics = split_nics(nics_per_device);
  const double error = nics.per_device > 1 || nics_per_device >= 1
                           ? std::abs(nics_per_device - nics.per_device)
                           : std::abs(nics_per_device * nics.devices_per_nic - 1);
  if (error > digits_missing)
    return SpecFault{
        "nics_per_device", fmt::format("{} is neither a whole number nor one over one", nics_per_device),
        "give 1, 2, ... for NICs of each device, or 0.5, 0.25, ... where 2, 4, ... devices share one"};
  if (devices_per_node % nics.devices_per_nic != 0)
    return SpecFault{
        "nics_per_device",
        fmt::format("{}: {} devices share a NIC, but {} devices of a node cannot be dealt in {}s",
                    nics_per_device, nics.devices_per_nic, devices_per_node, nics.devices_per_nic),
        fmt::format("give one over a divisor of {}", devices_per_node)};
  return std::nullopt;
}

}  // namespace epsim
