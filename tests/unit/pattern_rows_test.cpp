// The rows of the table of patterns.
#include <doctest/doctest.h>

#include <cstddef>
#include <tuple>
#include <variant>

#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"

using namespace epsim;

TEST_CASE("the patterns that code speaks of are where it looks for them") {
  CHECK(name_of(PatternKind::all_to_all) == "all_to_all");
  CHECK(name_of(PatternKind::point_to_point) == "point_to_point");
  CHECK(name_of(PatternKind::hierarchical) == "hierarchical");
  CHECK(name_of(PatternKind::ring) == "ring");
}

TEST_CASE("every option of every pattern is stored where it is found again, and nowhere else") {
  for (const Pattern& row : all_patterns()) {
    for (const PatternOption& option : row.options) {
      CAPTURE(row.name);
      CAPTURE(option.name);
      PatternOptions options;
      const int other = option.get(options) == 1 ? 0 : 1;
      option.set(options, other);
      const auto* choice = std::get_if<ChoiceOption>(&option.type);
      const bool has_one_value = choice != nullptr && choice->names.size() == 1;
      CHECK(option.get(options) == (has_one_value ? 0 : other));
      int changed = 0;
      for (const Pattern& any : all_patterns())
        for (const PatternOption& one : any.options)
          if (one.get(options) != one.get(PatternOptions())) ++changed;
      CHECK(changed == (has_one_value ? 0 : 1));
    }
  }
}

namespace {

/// Options of the pattern that can be changed.
std::size_t changeable_options(PatternKind kind) {
  std::size_t count = 0;
  for (const PatternOption& option : pattern(kind).options) {
    const auto* choice = std::get_if<ChoiceOption>(&option.type);
    if (choice == nullptr || choice->names.size() > 1) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("no member of a pattern's options is forgotten in its row") {
  const auto [algorithm, all_window, all_level] = AllToAllOptions();
  CHECK(std::tuple_size_v<decltype(std::tie(algorithm, all_window, all_level))> ==
        changeable_options(PatternKind::all_to_all));
  const auto [granularity, window] = PointToPointOptions();
  CHECK(std::tuple_size_v<decltype(std::tie(granularity, window))> ==
        changeable_options(PatternKind::point_to_point));
  const auto [level, chunks, chunk_tokens, in_flight] = HierarchicalOptions();
  CHECK(std::tuple_size_v<decltype(std::tie(level, chunks, chunk_tokens, in_flight))> ==
        changeable_options(PatternKind::hierarchical));
  const auto [bidirectional, ring_level] = RingOptions();
  CHECK(std::tuple_size_v<decltype(std::tie(bidirectional, ring_level))> ==
        changeable_options(PatternKind::ring));
}
