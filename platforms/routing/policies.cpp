// The table of routing policies.
#include <algorithm>
#include <array>
#include <string>

#include "platforms/error.hpp"
#include "platforms/routing/policy.hpp"

namespace epsim {

// Each stands at the end of the file of its name.
RoutingPolicy shortest();
RoutingPolicy dimension_order();
RoutingPolicy minimal();

std::span<const RoutingPolicy> all_routing_policies() {
  static const std::array policies = {
      shortest(),
      dimension_order(),
      minimal(),
  };
  return policies;
}

const RoutingPolicy& routing_policy(std::string_view name) {
  const auto found = std::ranges::find(all_routing_policies(), name, &RoutingPolicy::name);
  if (found == all_routing_policies().end())
    throw internal_error("routing", "no policy " + std::string(name));
  return *found;
}

}  // namespace epsim
