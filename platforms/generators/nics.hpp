// How many NICs a device has.
#pragma once

#include <optional>

#include "platforms/parameter.hpp"

namespace epsim {

/// One of the two is 1.
struct Nics {
  int per_device = 1;       ///< their cables are one link: a message is striped over them
  int devices_per_nic = 1;  ///< neighbours that share one, each with all of it while it is alone
};

/// Of a parameter `nics_per_device`: n, or 1/n to two digits. Precondition: no nics_fault.
[[nodiscard]] Nics split_nics(double nics_per_device);
[[nodiscard]] std::optional<SpecFault> nics_fault(double nics_per_device, int devices_per_node);

}  // namespace epsim
