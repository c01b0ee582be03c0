// Text as XML and HTML write it.
#pragma once

#include <string>
#include <string_view>

namespace epsim {

/// Any text as an element's text or a quoted attribute's value.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace epsim
