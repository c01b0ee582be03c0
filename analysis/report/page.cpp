#include "analysis/report/page.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "analysis/exports/xml_text.hpp"

namespace epsim {
namespace {

/// Inside a script element only "<" can end it or open a comment, and in JSON it stands in strings alone.
std::string script_json(const nlohmann::ordered_json& data) {
  const std::string text = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      escaped += "\\u003c";
    else
      escaped += c;
  }
  return escaped;
}

// Nothing is fetched, whatever the page holds: no address is allowed.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:";

}  // namespace

void write_page(std::ostream& out, const PageParts& parts, const std::string& title,
                const nlohmann::ordered_json& data) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\""
      << policy << "\">\n<title>" << xml_text(title) << "</title>\n<style>\n"
      << parts.style
      << "</style>\n</head>\n<body>\n<noscript>This report is drawn by the scripts in it.</noscript>\n"
      << "<script type=\"application/json\" id=\"data\">" << script_json(data) << "</script>\n";
  if (!parts.charts.empty()) out << "<script>" << parts.charts << "</script>\n";
  out << "<script>\n'use strict';\n";
  for (const std::string_view script : parts.scripts) out << script;
  out << "</script>\n</body>\n</html>\n";
}

}  // namespace epsim
