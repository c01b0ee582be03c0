// Devices, ranks, slots and links are signed numbers, so that differences and -1 mean what they say;
// containers count with unsigned ones.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace epsim {

/// A number, or an enumerator, as a place in a container (sizes are cast). Precondition: not negative.
template <class I>
requires std::integral<I> || std::is_enum_v<I>
[[nodiscard]] constexpr std::size_t at(I index) {
  return static_cast<std::size_t>(index);
}

}  // namespace epsim
