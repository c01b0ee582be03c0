// A report: one HTML file that holds its style, its scripts, the charts' library and its data, and fetches
// nothing.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace epsim {

/// What every report is made of.
struct PageParts {
  std::string_view style;                     ///< CSS
  std::span<const std::string_view> scripts;  ///< JavaScript, in any order: they start when all are read
  std::string_view charts;  ///< Apache ECharts; empty: the page says that there are no charts
};

/// `title` is any text. The scripts find `data` under the id "data"; nothing in it can end the script
/// element.
void write_page(std::ostream& out, const PageParts& parts, const std::string& title,
                const nlohmann::ordered_json& data);

}  // namespace epsim
