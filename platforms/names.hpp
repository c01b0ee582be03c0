// The names of enumerations, as they appear in scenario files, results and messages. An enumeration has them
// by specializing Names beside its definition; readers, writers and lists follow from that.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace epsim {

/// `values`: an array of the names, in the order of the enumerators (which count from 0).
template <class E>
struct Names;

template <class E>
requires requires {
  Names<E>::values;
}
[[nodiscard]] constexpr std::string_view name_of(E value) {
  return Names<E>::values.at(static_cast<std::size_t>(value));
}

/// For Names<E>::values.
template <class... Texts>
[[nodiscard]] constexpr std::array<std::string_view, sizeof...(Texts)> name_list(Texts... texts) {
  return {std::string_view(texts)...};
}

}  // namespace epsim
