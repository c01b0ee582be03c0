// The phases of one MoE layer.
#pragma once

#include <cstdint>
#include <string_view>

namespace epsim {

enum class Phase : std::uint8_t { gate, dispatch, expert, combine };
inline constexpr int phase_count = 4;
[[nodiscard]] std::string_view name_of(Phase phase);

}  // namespace epsim
