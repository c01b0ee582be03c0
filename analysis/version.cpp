#include "analysis/version.hpp"

namespace epsim {

std::string_view version() {
  return EPSIM_VERSION;
}

}  // namespace epsim
