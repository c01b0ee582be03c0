// The table of patterns.
#include <array>
#include <cstddef>

#include "platforms/indexing.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {

// Each stands at the end of the file of its name.
Pattern all_to_all();
Pattern point_to_point();
Pattern hierarchical();
Pattern ring();

std::span<const Pattern> all_patterns() {
  static const std::array patterns = {
      all_to_all(),
      point_to_point(),
      hierarchical(),
      ring(),
  };
  return patterns;
}

const Pattern& pattern(PatternKind kind) {
  return all_patterns()[at(kind)];
}

std::vector<PatternKind> all_pattern_kinds() {
  std::vector<PatternKind> kinds;
  for (std::size_t place = 0; place < all_patterns().size(); ++place)
    kinds.push_back(static_cast<PatternKind>(place));
  return kinds;
}

std::string_view name_of(PatternKind kind) {
  return pattern(kind).name;
}

}  // namespace epsim
