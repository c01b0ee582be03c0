// How a generator tells what its parameters are called, what they may be and what they are where nobody says;
// scenario files are read and written by that.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platforms/graph_description.hpp"
#include "platforms/units.hpp"

namespace epsim {

inline constexpr int most_devices = 65536;

/// A number in base units, a list of counts, or a graph.
class ParameterValue : public std::variant<double, std::vector<int>, GraphDescription> {
 public:
  template <class T>
  requires std::integral<T> || std::floating_point<T> ParameterValue(T number)  // NOLINT: a value like any
      : variant(static_cast<double>(number)) {}
  ParameterValue(std::vector<int> counts) : variant(std::move(counts)) {}  // NOLINT
  ParameterValue(GraphDescription graph) : variant(std::move(graph)) {}    // NOLINT
};

/// What a parameter speaks of.
enum class ParameterRole {
  devices,  ///< which devices there are, or which form a node; in a fabric between nodes that follows
  places,   ///< how many ends have a place, in a fabric too
  inside,   ///< how devices are linked inside nodes, or to their NICs; beside a fabric it is said elsewhere
  links     ///< how ends are linked
};

struct Parameter {
  /// `low` to `high`.
  struct Count {
    int low;
    int high;
  };
  /// At least one number, each `low` to `high`.
  struct Counts {
    int low;
    int high;
  };
  struct Bandwidth {};
  struct Duration {};
  /// Without a unit, `low` to `high`; `range` says so.
  struct Number {
    double low;
    double high;
    std::string_view range;
  };

  /// `devices`, `switches` and `links`, or the `file` that holds them.
  struct Graph {};

  std::string_view name;
  std::variant<Count, Counts, Bandwidth, Duration, Number, Graph> type;
  std::optional<ParameterValue> default_value;  ///< nothing: it must be given
  ParameterRole role = ParameterRole::links;
};

[[nodiscard]] inline bool is_said_of_fabric(const Parameter& parameter) {
  return parameter.role == ParameterRole::places || parameter.role == ParameterRole::links;
}
/// Others leave the devices and their nodes, and so what is routed, as they are.
[[nodiscard]] inline bool says_which_devices(const Parameter& parameter) {
  return parameter.role == ParameterRole::devices || parameter.role == ParameterRole::places;
}

/// What is wrong with parameters that are right each for itself.
struct SpecFault {
  std::string_view parameter;
  std::string what;
  std::string remedy;
};

}  // namespace epsim
