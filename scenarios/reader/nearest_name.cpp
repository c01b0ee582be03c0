#include "scenarios/reader/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace epsim {
namespace {

constexpr std::size_t longest_compared = 100;

std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name.substr(0, longest_compared))
    if (std::string_view("_-. ").find(c) == std::string_view::npos)
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

/// Levenshtein distance, one row of the table at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view name,
                                             std::span<const std::string_view> candidates) {
  const std::string letters = letters_of(name);
  std::optional<std::string_view> nearest;
  std::size_t fewest = 0;
  for (const std::string_view candidate : candidates) {
    const std::string other = letters_of(candidate);
    const std::size_t edits = edit_distance(letters, other);
    if (edits > std::max(letters.size(), other.size()) / 3) continue;
    if (nearest && edits >= fewest) continue;
    nearest = candidate;
    fewest = edits;
  }
  return nearest;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string all = fmt::format("{}", fmt::join(candidates, ", "));
  if (const auto nearest = nearest_name(name, candidates))
    return fmt::format("did you mean \"{}\"? (allowed: {})", *nearest, all);
  return "allowed: " + all;
}

}  // namespace epsim
