// Links that can never limit anything need not be simulated: the fewer links a flow passes, the faster
// max-min sharing is solved.
#pragma once

#include <span>
#include <vector>

#include "platforms/routes.hpp"

namespace epsim {

/// By link id: whether the link may limit a flow. The first and last link of a route always may. A link in
/// between cannot when the first links (or the last links) of all routes that pass it together carry no more
/// than it does: max-min shares are then the same without it. `bandwidth` is by link id; links of no route
/// are false.
[[nodiscard]] std::vector<bool> binding_links(const Routes& routes,
                                              std::span<const BytesPerSecond> bandwidth);

}  // namespace epsim
