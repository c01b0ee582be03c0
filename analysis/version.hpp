// epsim's version and, behind a plus sign, a hash of the sources it was built from (version.cmake).
#pragma once

#include <string_view>

namespace epsim {

[[nodiscard]] std::string_view version();

}  // namespace epsim
