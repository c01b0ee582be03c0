// Whether the pointers of a sweep mean something in its base scenario.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "platforms/error.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

/// A pointer of an axis is right when it stands for a value of the resolved base, or when one of its values
/// changes the resolved base or is wrong by itself (which is then the point's error). A pointer of `where` is
/// right when it is swept or stands for a value of the resolved base. Others become problems with the nearest
/// pointer.
void check_swept_pointers(const Sweep& sweep, const nlohmann::ordered_json& resolved,
                          std::vector<Problem>& problems);

}  // namespace epsim
