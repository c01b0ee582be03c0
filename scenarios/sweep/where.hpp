// `where` of a sweep: comparisons that a combination must meet to be a point. Grammar, blanks between words:
//   comparison = product ("<" | "<=" | ">" | ">=" | "==" | "!=") product
//   product    = factor {"*" factor}
//   factor     = number | "text" (in double quotes, without blanks) | /pointer
// A swept pointer stands for its value as the sweep file writes it, any other for its value in the point's
// resolved scenario. Texts and booleans (true, false) know == and != only.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/error.hpp"

namespace epsim {

struct WhereClause {
  /// Either a pointer or a number, text or boolean.
  struct Factor {
    std::string pointer;                          ///< empty: a value
    std::shared_ptr<const nlohmann::json> value;  ///< null: a pointer
  };
  using Product = std::vector<Factor>;

  std::string text;  ///< as written
  Product left;
  std::string relation;
  Product right;
};

/// Throws Error (input) with `place`.
[[nodiscard]] WhereClause parse_comparison(std::string_view text, const std::string& place);

/// All pointers that the comparison names.
[[nodiscard]] std::vector<std::string> pointers_in(const WhereClause& comparison);

/// The value at a pointer; null pointer when there is none.
using Lookup = std::function<const nlohmann::json*(const std::string& pointer)>;

/// Throws Error (input) naming the comparison when a value is missing or cannot be compared.
[[nodiscard]] bool holds(const WhereClause& comparison, const Lookup& lookup);

}  // namespace epsim
