// scenarios/scenario.schema.json says what the reader says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/generators/generator.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json merged(json document, const char* members) {
  document.merge_patch(json::parse(members));
  return document;
}

const json star = {{"platform", {{"topology", "star"}, {"devices", 4}}}};

json schema() {
  return load_json_file(std::filesystem::path(EPSIM_SOURCE_DIR) / "scenarios" / "scenario.schema.json");
}

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// The keys that the reader lists as allowed for the object at `pointer` of a scenario.
std::set<std::string> keys_of_reader(json document, const std::string& pointer) {
  document[json::json_pointer(pointer + "/zzzzzzzzzz")] = 0;
  std::string text;
  try {
    static_cast<void>(parse_scenario(document, "."));
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      if (problem.place == pointer + "/zzzzzzzzzz") text = problem.remedy;
  }
  std::set<std::string> keys;
  for (std::size_t at = text.find(": "); at != std::string::npos; at = text.find(", ", at + 2))
    keys.insert(text.substr(at + 2, text.find(", ", at + 2) - at - 2));
  return keys;
}

std::string parse_error_of(const json& document) {
  try {
    static_cast<void>(parse_scenario(document, "."));
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("the JSON schema allows exactly the keys that the reader knows") {
  const json file = schema();
  const json& sections = file.at("definitions");
  CHECK(keys_of(file.at("properties")) == keys_of_reader(star, ""));
  for (const char* section : {"expert_parallel", "workload", "payload", "patterns"})
    CHECK(keys_of(sections.at(section).at("properties")) == keys_of_reader(star, std::string("/") + section));
  for (const Pattern& row : all_patterns()) {
    const std::string section(row.name);
    CHECK(keys_of(sections.at(section).at("properties")) == keys_of_reader(star, "/patterns/" + section));
  }
  CHECK(keys_of(sections.at("device").at("properties")) == keys_of_reader(star, "/platform/device"));
  const json transport = merged(star, R"({"transport": {}})");
  CHECK(keys_of(sections.at("transport").at("properties")) == keys_of_reader(transport, "/transport"));
  const json model = merged(star, R"({"model": {}})");
  CHECK(keys_of(sections.at("model").at("properties")) == keys_of_reader(model, "/model"));

  std::set<std::string> platform_keys;
  for (const Generator& generator : all_generators())
    platform_keys.merge(keys_of_reader(json{{"platform", {{"topology", generator.name}}}}, "/platform"));
  const json composed = {{"platform", {{"preset", "mi300x"}}}};
  platform_keys.merge(keys_of_reader(composed, "/platform"));
  CHECK(keys_of(sections.at("platform").at("properties")) == platform_keys);
  std::set<std::string> part_keys;
  for (const Generator& generator : all_generators())
    part_keys.merge(keys_of_reader(
        json{{"platform", {{"node", {{"topology", generator.name}}}, {"fabric", json::object()}}}},
        "/platform/node"));
  CHECK(keys_of(sections.at("part").at("properties")) == part_keys);
  const json traffic = merged(star, R"({"traffic": {"uniform_bytes_per_pair": 1}})");
  CHECK(keys_of(sections.at("traffic").at("properties")) == keys_of_reader(traffic, "/traffic"));
}

TEST_CASE("the JSON schema's defaults are the reader's") {
  const json definitions = schema().at("definitions");
  const auto check = [&](const char* section, const char* pointer, const json& base) {
    const json plain = resolved_json(parse_scenario(base, "."));
    int defaults = 0;
    for (const auto& [key, property] : definitions.at(section).at("properties").items()) {
      if (!property.contains("default")) continue;
      ++defaults;
      json document = base;
      document[json::json_pointer(std::string(pointer) + "/" + key)] = property.at("default");
      if (parse_error_of(document) != "")  // keys of the other topologies
        CHECK_MESSAGE(std::string(section) == "platform", key << ": " << parse_error_of(document));
      else
        CHECK_MESSAGE(json(resolved_json(parse_scenario(document, "."))) == plain, section << " " << key);
    }
    return defaults;
  };
  const json rail = merged(star, R"({"platform": {"topology": "rail_optimized"}})");
  CHECK(check("device", "/platform/device", merged(star, R"({"platform": {"device": {}}})")) == 3);
  CHECK(check("platform", "/platform", {{"platform", {{"topology", "star"}}}}) >= 3);
  json bare_rail = rail;
  bare_rail["platform"].erase("devices");
  CHECK(check("platform", "/platform", bare_rail) >= 10);
  CHECK(check("model", "/model", merged(star, R"({"model": {}})")) >= 3);
  CHECK(check("workload", "/workload", star) >= 5);
  CHECK(check("expert_parallel", "/expert_parallel", star) >= 10);
  CHECK(check("payload", "/payload", star) >= 1);
  for (const Pattern& row : all_patterns()) {
    const std::string section(row.name);
    CHECK(check(section.c_str(), ("/patterns/" + section).c_str(), star) == std::ssize(row.options));
  }
}

namespace {

/// A property of the schema, behind its reference if it is one.
json resolved_property(const json& file, const json& property) {
  if (property.contains("allOf")) return resolved_property(file, property.at("allOf").at(0));
  if (!property.contains("$ref")) return property;
  return file.at(json::json_pointer(property.at("$ref").get<std::string>().substr(1)));
}

/// "round_robin" and "RoundRobin".
std::set<std::string> spellings(const std::vector<std::string_view>& names) {
  std::set<std::string> all;
  for (const std::string_view name : names) {
    std::string camel;
    bool is_start = true;
    for (const char c : name) {
      if (c != '_') camel += is_start ? static_cast<char>(std::toupper(c)) : c;
      is_start = c == '_';
    }
    all.insert({std::string(name), camel});
  }
  return all;
}

template <class E>
std::set<std::string> spellings_of() {
  return spellings({Names<E>::values.begin(), Names<E>::values.end()});
}

std::set<std::string> enum_of(const json& file, const std::string& pointer) {
  const json property = resolved_property(file, file.at(json::json_pointer(pointer)));
  return property.at("enum").get<std::set<std::string>>();
}

}  // namespace

TEST_CASE("the JSON schema knows the patterns' options as the patterns tell them") {
  const json file = schema();
  std::vector<std::string_view> names;
  for (const Pattern& row : all_patterns()) {
    names.push_back(row.name);
    const json& properties = file.at("definitions").at(std::string(row.name)).at("properties");
    for (const PatternOption& option : row.options) {
      CAPTURE(row.name);
      CAPTURE(option.name);
      const json property = resolved_property(file, properties.at(std::string(option.name)));
      if (const auto* integer = std::get_if<IntegerOption>(&option.type)) {
        CHECK(property.at("minimum") == integer->low);
        CHECK(property.at("maximum") == integer->high);
      } else if (const auto* choice = std::get_if<ChoiceOption>(&option.type)) {
        CHECK(property.at("enum").get<std::set<std::string>>() == spellings(choice->names));
      } else {
        CHECK(property.at("type") == "boolean");
      }
    }
  }
  CHECK(enum_of(file, "/definitions/expert_parallel/properties/communication_pattern") == spellings(names));
}

namespace {

/// Whether a schema's property says what the parameter's type says.
struct TypeCheck {
  const json& file;
  const json& property;

  void range(double low, double high) const {
    const json& number = property.contains("anyOf") ? property.at("anyOf").at(0) : property;
    CHECK(number.at("minimum") == low);
    CHECK(number.at("maximum") == high);
  }
  void operator()(const Parameter::Graph&) const { CHECK(property.at("type") == "array"); }
  void operator()(const Parameter::Count& type) const { range(type.low, type.high); }
  void operator()(const Parameter::Number& type) const { range(type.low, type.high); }
  void operator()(const Parameter::Counts& type) const {
    CHECK(property.at("type") == "array");
    CHECK(property.at("minItems") == 1);
    TypeCheck{file, property.at("items")}.range(type.low, type.high);
  }
  void operator()(const Parameter::Bandwidth&) const {
    CHECK(property == file.at("definitions").at("bandwidth"));
  }
  void operator()(const Parameter::Duration&) const {
    CHECK(property == file.at("definitions").at("duration"));
  }
};

}  // namespace

TEST_CASE("the JSON schema knows the topologies' parameters as the generators tell them") {
  const json file = schema();
  const json& properties = file.at("definitions").at("platform").at("properties");
  std::vector<std::string_view> names;
  for (const Generator& generator : all_generators()) {
    names.push_back(generator.name);
    for (const Parameter& parameter : generator.parameters) {
      CAPTURE(generator.name);
      CAPTURE(parameter.name);
      const json& stated = properties.at(std::string(parameter.name));
      if (parameter.default_value) CHECK(stated.contains("default"));
      const json property = resolved_property(file, stated);
      std::visit(TypeCheck{file, property}, parameter.type);
    }
  }
  CHECK(enum_of(file, "/definitions/platform/properties/topology") == spellings(names));
}

TEST_CASE("the JSON schema knows every choice by the names that the reader knows") {
  const json file = schema();
  const std::string keys = "/definitions/expert_parallel/properties/";
  CHECK(enum_of(file, keys + "routing_strategy") == spellings_of<RoutingStrategy>());
  CHECK(enum_of(file, keys + "load_balancing") == spellings_of<LoadBalancing>());
  CHECK(enum_of(file, keys + "gate") == spellings_of<GateKind>());
  CHECK(enum_of(file, keys + "group_score") == spellings_of<GroupScore>());
  CHECK(enum_of(file, keys + "replica_choice") == spellings_of<ReplicaChoice>());
  CHECK(enum_of(file, "/definitions/model/properties/gate") == spellings_of<GateKind>());
  CHECK(enum_of(file, "/definitions/model/properties/group_score") == spellings_of<GroupScore>());
  CHECK(enum_of(file, "/definitions/data_type") == spellings_of<DataType>());
  CHECK(enum_of(file, "/properties/engine") == spellings_of<EngineKind>());
  std::set<std::string> transports;
  for (const EmbeddedFile& preset : embedded_transports()) transports.emplace(preset.name);
  CHECK(enum_of(file, "/definitions/transport_preset") == transports);
}

TEST_CASE("the JSON schema names every preset") {
  const json definitions = schema().at("definitions");
  const json& models = definitions.at("model_preset").at("enum");
  const json& platforms = definitions.at("platform_preset").at("enum");
  CHECK(models.size() == model_presets().size());
  for (const ModelPreset& model : model_presets()) CHECK(std::ranges::count(models, json(model.name)) == 1);
  CHECK(platforms.size() == embedded_platforms().size());
  for (const EmbeddedFile& platform : embedded_platforms())
    CHECK(std::ranges::count(platforms, json(platform.name)) == 1);
}
