#include "sim/patterns/pattern.hpp"

#include <array>
#include <cstddef>

#include "sim/patterns/patterns.hpp"

namespace epsim {

std::span<const Pattern> all_patterns() {
  static constexpr std::array<Pattern, 4> patterns = {{
      {PatternKind::all_to_all, "a blocking collective: every device exchanges with every other",
       append_all_to_all},
      {PatternKind::point_to_point, "one-sided messages: an expert starts when its own input is complete",
       append_point_to_point},
      {PatternKind::hierarchical, "two levels: once per destination node, forwarded inside it, in chunks",
       append_hierarchical},
      {PatternKind::ring, "every block travels around a ring of devices", append_ring},
  }};
  return patterns;
}

const Pattern& pattern(PatternKind kind) {
  return all_patterns()[static_cast<std::size_t>(kind)];
}

}  // namespace epsim
