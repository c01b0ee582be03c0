#include "analysis/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace epsim {

std::string text_table(const std::vector<TextColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t width = columns[c].heading.size();
    for (const std::vector<std::string>& row : rows) width = std::max(width, row[c].size());
    widths.push_back(width);
  }
  const auto line = [&](const auto& cell) {
    std::string text;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) text += "  ";
      text += columns[c].is_text ? fmt::format("{:<{}}", cell(c), widths[c])
                                 : fmt::format("{:>{}}", cell(c), widths[c]);
    }
    return text.erase(text.find_last_not_of(' ') + 1) + '\n';
  };
  std::string text = line([&](std::size_t c) { return columns[c].heading; });
  text += line([&](std::size_t c) { return std::string(widths[c], '-'); });
  for (const std::vector<std::string>& row : rows) text += line([&](std::size_t c) { return row[c]; });
  return text;
}

}  // namespace epsim
