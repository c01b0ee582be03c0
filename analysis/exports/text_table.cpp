#include "analysis/exports/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace epsim {

std::string layout(const std::vector<Column>& columns, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t width = columns[c].heading.size();
    for (const Row& row : rows) width = std::max(width, row[c].size());
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
  for (const Row& row : rows) text += line([&](std::size_t c) { return row[c]; });
  return text;
}

std::string wrapped(std::string text, std::size_t width) {
  for (std::size_t begin = 0; text.size() - begin > width;) {
    const std::size_t space = text.rfind(' ', begin + width);
    if (space == std::string::npos || space <= begin) break;
    text[space] = '\n';
    begin = space + 1;
  }
  return text;
}

std::string thousands(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  return digits;
}

}  // namespace epsim
