// The names that scenario files use for each choice, for the reader and `epsim list`.
#pragma once

#include <span>
#include <vector>

#include "platforms/names.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// All values of an enumeration, by its Names.
template <class E>
[[nodiscard]] std::span<const Choice<E>> choices_of() {
  static const std::vector<Choice<E>> choices = [] {
    std::vector<Choice<E>> all;
    for (const std::string_view name : Names<E>::values) all.push_back({name, static_cast<E>(all.size())});
    return all;
  }();
  return choices;
}

/// The patterns, and what is planned in their place.
[[nodiscard]] std::span<const Choice<PatternKind>> communication_patterns();

}  // namespace epsim
