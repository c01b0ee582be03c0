// Routing policies: which links a message takes from one device to another. A policy is one file, which ends
// with a function that returns its RoutingPolicy, and its row in policies.cpp. Generators name it in their
// RoutingRule (platforms/topology.hpp); routes (platforms/routes.hpp) are found by it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platforms/topology.hpp"

namespace epsim {

/// Where routes are looked for: among the links of one class, or all.
struct RoutingTask {
  const Topology& topology;
  std::optional<LinkClass> link_class;
  const RoutingRule& rule;

  [[nodiscard]] bool may_take(const Link& link) const {
    return !link_class || link.link_class == *link_class;
  }
};

class RouteFinder {
 public:
  RouteFinder() = default;
  RouteFinder(const RouteFinder&) = delete;
  RouteFinder& operator=(const RouteFinder&) = delete;
  virtual ~RouteFinder() = default;
  /// Called before its routes are asked for.
  virtual void begin_at(DeviceId source) = 0;
  /// Appends the links from the source to `destination`, in order. False, with `route` as it was, where there
  /// is no way.
  [[nodiscard]] virtual bool append(DeviceId destination, std::vector<LinkId>& route) = 0;
};

struct RoutingPolicy {
  std::string_view name;
  std::string_view summary;
  /// The task outlives the finder.
  std::unique_ptr<RouteFinder> (*finder)(const RoutingTask& task);
};

[[nodiscard]] std::span<const RoutingPolicy> all_routing_policies();
/// An Error (internal) when there is none of that name.
[[nodiscard]] const RoutingPolicy& routing_policy(std::string_view name);

}  // namespace epsim
