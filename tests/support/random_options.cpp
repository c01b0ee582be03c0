#include "tests/support/random_options.hpp"

#include <algorithm>

#include "sim/patterns/pattern.hpp"
#include "tests/support/property.hpp"

namespace epsim {
namespace {

struct RandomValue {
  int most;

  int operator()(const IntegerOption& type) const {
    return between(type.low, std::max(type.low, std::min(type.high, most)));
  }
  int operator()(FlagOption) const { return between(0, 1); }
  int operator()(const ChoiceOption& type) const {
    return between(0, static_cast<int>(type.names.size()) - 1);
  }
};

}  // namespace

PatternOptions random_pattern_options(int most) {
  PatternOptions options;
  for (const Pattern& pattern : all_patterns())
    for (const PatternOption& option : pattern.options)
      option.set(options, std::visit(RandomValue{most}, option.type));
  return options;
}

}  // namespace epsim
