// `where` of a sweep: comparisons that a combination must meet to be a point. Grammar, blanks between words:
//   comparison = product ("<" | "<=" | ">" | ">=" | "==" | "!=") product
//   product    = factor {"*" factor}
//   factor     = number | "text" (in double quotes, without blanks) | /pointer
// A swept pointer stands for its value as the sweep file writes it, any other for its value in the point's
// resolved scenario. Texts and booleans (true, false) know == and != only.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/error.hpp"

namespace epsim {

struct Comparison {
  /// Numbers, texts and booleans as they are; a pointer is a string that starts with '/', its text with
  /// `is_pointer`.
  struct Factor {
    nlohmann::json value;
    bool is_pointer = false;
  };
  using Product = std::vector<Factor>;

  std::string text;  ///< as written
  Product left;
  std::string relation;
  Product right;
};

/// Throws Error (input) with `place`.
[[nodiscard]] Comparison parse_comparison(std::string_view text, const std::string& place);

/// All pointers that the comparison names.
[[nodiscard]] std::vector<std::string> pointers_in(const Comparison& comparison);

/// The value at a pointer; null pointer when there is none.
using Lookup = std::function<const nlohmann::json*(const std::string& pointer)>;

/// Throws Error (input) naming the comparison when a value is missing or cannot be compared.
[[nodiscard]] bool holds(const Comparison& comparison, const Lookup& lookup);

}  // namespace epsim
