// Random options for the patterns, whichever there are.
#pragma once

#include "sim/pattern_options.hpp"

namespace epsim {

/// Any value of every option of every pattern; integers up to `most`.
[[nodiscard]] PatternOptions random_pattern_options(int most);

}  // namespace epsim
