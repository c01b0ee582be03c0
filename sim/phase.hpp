// The phases of one MoE layer.
#pragma once

#include <cstdint>

#include "platforms/names.hpp"

namespace epsim {

enum class Phase : std::uint8_t { gate, dispatch, expert, combine };
inline constexpr int phase_count = 4;
template <>
struct Names<Phase> {
  static constexpr auto values = name_list("gate", "dispatch", "expert", "combine");
};

}  // namespace epsim
