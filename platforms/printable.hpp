// Text that came from outside, for messages and files: one line, valid UTF-8, of bearable length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace epsim {

/// Bytes that are no UTF-8 and control characters, line ends among them, as \xNN; of longer texts than `most`
/// bytes the beginning and the length. Leaves alone what it has made before.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

}  // namespace epsim
