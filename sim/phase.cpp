#include "sim/phase.hpp"

namespace epsim {

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::gate:
      return "gate";
    case Phase::dispatch:
      return "dispatch";
    case Phase::expert:
      return "expert";
    case Phase::combine:
      return "combine";
  }
  return "";
}

}  // namespace epsim
