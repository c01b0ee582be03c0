// `epsim list`: what a scenario can name.
#pragma once

#include <string>

namespace epsim {

/// `kind`: models, platforms, patterns, strategies, transports; empty: all. Throws Error (input) with the
/// nearest kind.
void list(const std::string& kind, bool json);

}  // namespace epsim
