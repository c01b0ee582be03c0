// Columns of text for people.
#pragma once

#include <string>
#include <vector>

namespace epsim {

/// Text columns are left-aligned, figures right-aligned; two spaces between columns.
struct TextColumn {
  std::string heading;
  bool is_text = false;
};

/// Headings, a rule, then the rows; each row has a cell per column.
[[nodiscard]] std::string text_table(const std::vector<TextColumn>& columns,
                                     const std::vector<std::vector<std::string>>& rows);

}  // namespace epsim
