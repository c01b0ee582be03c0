// How a pattern tells what its options are called, what they may be and where they stand; scenarios are read
// and written by that.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/pattern_options.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// From `low` to `high`.
struct IntegerOption {
  int low;
  int high;
};
/// true or false.
struct FlagOption {};
/// The place of a name; what `planned` names is refused as not yet built.
struct ChoiceOption {
  std::string_view what;  ///< completes the sentence `"x" is not ...`
  std::vector<std::string_view> names;
  std::vector<std::string_view> planned = {};
};

struct PatternOption {
  std::string_view name;
  std::variant<IntegerOption, FlagOption, ChoiceOption> type;
  int (*get)(const PatternOptions&);
  void (*set)(PatternOptions&, int);
  /// The value where a scenario says none, by its transport and the options above it; none: the default.
  std::optional<int> (*otherwise)(const Transport&, const PatternOptions&) = nullptr;
};

namespace detail {

template <class Options, class Value>
Options options_with(Value Options::*);

template <auto member>
struct Access {
  using Options = decltype(options_with(member));
  using Value = std::remove_cvref_t<decltype(Options().*member)>;
  static int get(const PatternOptions& options) { return static_cast<int>(options.of<Options>().*member); }
  static void set(PatternOptions& options, int value) {
    options.of<Options>().*member = static_cast<Value>(value);
  }
};

}  // namespace detail

/// The option that `member`, such as &RingOptions::bidirectional, holds: an integer, a bool, or an
/// enumeration whose values are the places of the choice's names.
template <auto member>
[[nodiscard]] PatternOption option(std::string_view name,
                                   std::variant<IntegerOption, FlagOption, ChoiceOption> type,
                                   std::optional<int> (*otherwise)(const Transport&,
                                                                   const PatternOptions&) = nullptr) {
  return {name, std::move(type), detail::Access<member>::get, detail::Access<member>::set, otherwise};
}

/// An option that has one value so far, and planned ones.
[[nodiscard]] inline PatternOption option_of_one(std::string_view name, ChoiceOption type) {
  return {name, std::move(type), [](const PatternOptions&) { return 0; }, [](PatternOptions&, int) {}};
}

/// Transfers in flight per sending stream; 0: no limit.
template <auto member>
[[nodiscard]] PatternOption window_option() {
  return option<member>("window", IntegerOption{0, 1'000'000},
                        [](const Transport& transport, const PatternOptions&) { return transport.window; });
}

/// Merging per node needs gateways.
enum class Gateways { none, at_nodes };
/// What is merged, at the levels that the pattern can.
template <auto member>
[[nodiscard]] PatternOption deduplication_option(Gateways gateways) {
  constexpr auto& levels = Names<Deduplication>::values;
  const bool has_all = gateways == Gateways::at_nodes;
  return option<member>("deduplicate", ChoiceOption{has_all ? "a deduplication" : "a deduplication here",
                                                    {levels.begin(), levels.end() - (has_all ? 0 : 1)}});
}

}  // namespace epsim
