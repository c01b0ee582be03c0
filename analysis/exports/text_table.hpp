// Tables and sentences in plain text, for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace epsim {

inline constexpr std::size_t page_width = 110;  ///< characters of a line of text

/// Text columns are left-aligned, figures right-aligned; two spaces between columns.
struct Column {
  std::string heading;
  bool is_text = false;
};
using Row = std::vector<std::string>;

/// Headings, a line below them, the rows. Precondition: every row has a cell per column.
[[nodiscard]] std::string layout(const std::vector<Column>& columns, const std::vector<Row>& rows);

/// Breaks a sentence between words.
[[nodiscard]] std::string wrapped(std::string text, std::size_t width = page_width);

/// 4096 -> "4,096"
[[nodiscard]] std::string thousands(std::int64_t value);

}  // namespace epsim
