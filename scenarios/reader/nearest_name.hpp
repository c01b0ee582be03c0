// "Did you mean ...?": the valid name that is closest to a misspelt one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace epsim {

/// The candidate with the fewest edits (insert, delete, replace) away from `name`, letter case and the
/// separators _ - . and space ignored; nothing when even that differs in more than a third of the letters.
/// Ties go to the earlier candidate.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view name,
                                                           std::span<const std::string_view> candidates);

/// `did you mean "x"? (allowed: x, y)`, or `allowed: x, y` when nothing is close.
[[nodiscard]] std::string suggestion(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace epsim
