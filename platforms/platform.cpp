#include "platforms/platform.hpp"

namespace epsim {

FabricFacts facts_of(const PlatformSpec& spec) {
  return std::visit([](const auto& fabric) { return facts_of(fabric); }, spec.fabric);
}

int device_count(const PlatformSpec& spec) {
  return facts_of(spec).devices;
}

Topology build_topology(const PlatformSpec& spec) {
  return std::visit([](const auto& fabric) { return build(fabric); }, spec.fabric);
}

}  // namespace epsim
