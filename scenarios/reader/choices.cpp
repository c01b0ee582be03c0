#include "scenarios/reader/choices.hpp"

#include "sim/patterns/pattern.hpp"

namespace epsim {

std::span<const Choice<PatternKind>> communication_patterns() {
  static const std::vector<Choice<PatternKind>> choices = [] {
    std::vector<Choice<PatternKind>> all;
    for (const PatternKind kind : all_pattern_kinds()) all.push_back({name_of(kind), kind});
    all.push_back({"auto", PatternKind{}, false});
    return all;
  }();
  return choices;
}

}  // namespace epsim
