#include "tests/support/scenarios.hpp"

#include <doctest/doctest.h>

#include "platforms/error.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {

nlohmann::json on_star(const char* members) {
  nlohmann::json document = {{"platform", {{"topology", "star"}, {"devices", 16}}}};
  document.merge_patch(nlohmann::json::parse(members));
  return document;
}

Scenario parse(const nlohmann::json& document) {
  return parse_scenario(document, ".");
}

std::string message_of(const nlohmann::json& document, const std::filesystem::path& folder) {
  try {
    static_cast<void>(parse_scenario(document, folder));
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::input);
    return error.what();
  }
  return "accepted";
}

}  // namespace epsim
