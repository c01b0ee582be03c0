// Inside a property: platforms of all kinds.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace epsim {

/// As in a scenario, of any topology; up to some thirty devices.
[[nodiscard]] nlohmann::json random_topology();
/// The same, or nodes of one in a fabric of another, with any order of ranks.
[[nodiscard]] nlohmann::json random_platform();

}  // namespace epsim
