// The readable form of a schedule: a debug tool and the golden-file format in one.
//
//   part 0 dispatch deduplicate node chunks 2
//   stream d0.scale_up window 8
//   stream d1.compute as ready
//   op 0 part 0 d0.scale_up -> d1 4096 B carries 0 x 1 chunks 0-2
//   op 1 part 0 join after 0
//   op 2 part 1 d1.compute 1.5e-06 s slot 2 after 1
//
// Streams have ".1", ".2" behind their kind for further lanes. A rank range reads first+stride*count
// ("1+2*3": ranks 1, 3, 5, modulo the group's size), or the rank alone. "slot 5" behind a payload restricts
// it to that slot.
#pragma once

#include <iosfwd>
#include <string>

#include "sim/schedule/schedule.hpp"

namespace epsim {

void write_text(std::ostream& out, const Schedule& schedule);
[[nodiscard]] std::string to_text(const Schedule& schedule);
/// "d3.scale_out", "d3.scale_up.1".
[[nodiscard]] std::string stream_name(const Stream& stream);

}  // namespace epsim
