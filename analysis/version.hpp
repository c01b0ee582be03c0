// epsim's version, as the build states it.
#pragma once

#include <string_view>

namespace epsim {

[[nodiscard]] std::string_view version();

}  // namespace epsim
