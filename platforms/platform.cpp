#include "platforms/platform.hpp"

namespace epsim {

int device_count(const PlatformSpec& spec) {
  return std::visit([](const auto& fabric) { return device_count(fabric); }, spec.fabric);
}

Topology build_topology(const PlatformSpec& spec) {
  return std::visit([](const auto& fabric) { return build(fabric); }, spec.fabric);
}

}  // namespace epsim
