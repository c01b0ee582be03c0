// A topology before it is built: a generator and the values of its parameters.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "platforms/parameter.hpp"

namespace epsim {

struct Generator;

class TopologySpec {
 public:
  /// With the defaults; what has none is 0 or empty and must be set. `name` is a row of all_generators().
  explicit TopologySpec(std::string_view name,
                        std::initializer_list<std::pair<std::string_view, ParameterValue>> values = {});

  [[nodiscard]] const Generator& generator() const { return *generator_; }
  /// The generator must have a parameter of that name; an Error (internal) else.
  [[nodiscard]] ParameterValue& operator[](std::string_view parameter);
  [[nodiscard]] const ParameterValue& operator[](std::string_view parameter) const;
  [[nodiscard]] int count(std::string_view parameter) const;
  [[nodiscard]] double number(std::string_view parameter) const;
  [[nodiscard]] const std::vector<int>& counts(std::string_view parameter) const;

  bool operator==(const TopologySpec&) const = default;

 private:
  [[nodiscard]] std::size_t place_of(std::string_view parameter) const;

  const Generator* generator_;
  std::vector<ParameterValue> values_;  // in the order of the generator's parameters
};

}  // namespace epsim
