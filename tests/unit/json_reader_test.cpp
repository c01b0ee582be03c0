#include "scenarios/reader/json_reader.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/nearest_name.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

struct Fixture {
  std::vector<Problem> problems;
  json value;
  JsonObject object(const char* text) {
    value = json::parse(text);
    return {value, "/here", problems};
  }
  [[nodiscard]] std::string text() const { return Error(Error::Kind::input, problems).what(); }
};

std::string message_of_parse(const char* text) {
  try {
    static_cast<void>(parse_json(text, "a.json"));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string message_of_override(json document, const char* option) {
  try {
    apply_override(document, option);
  } catch (const Error& error) {
    return error.what();
  }
  return document.dump();
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "integers: integral floats are accepted and everything else is explained") {
  auto read = object(R"({"a": 4, "b": 4.0, "c": 4.5, "d": "4", "e": true, "f": 0, "g": 18446744073709551615,
                  "h": 1e20})");
  CHECK(read.integer("a", {1, 9}) == 4);
  CHECK(read.integer("b", {1, 9}) == 4);
  CHECK(problems.empty());
  CHECK(!read.integer("absent", {1, 9}));
  CHECK(problems.empty());
  for (const char* key : {"c", "d", "e", "f", "g", "h"}) CHECK(!read.integer(key, {1, 9}));
  CHECK(text() ==
        "/here/c: 4.5 is not an integer; give 1 to 9\n"
        "/here/d: found the string \"4\", not an integer; give 1 to 9\n"
        "/here/e: found true, not an integer; give 1 to 9\n"
        "/here/f: 0 is out of range; give 1 to 9\n"
        "/here/g: 18446744073709551615 is out of range; give 1 to 9\n"
        "/here/h: 1e+20 is out of range; give 1 to 9");
}

TEST_CASE_FIXTURE(Fixture, "quantities take units or plain numbers") {
  constexpr NumberRange range = {0, 1, "0 s to 1 s"};
  auto read = object(R"({"a": "2us", "b": 2e-6, "c": "2 apples", "d": "2s", "e": [], "f": -1})");
  CHECK(read.duration("a", range) == 2e-6);
  CHECK(read.duration("b", range) == 2e-6);
  CHECK(problems.empty());
  for (const char* key : {"c", "d", "e", "f"}) CHECK(!read.duration(key, range));
  CHECK(text() ==
        "/here/c: \"2 apples\" is not a duration; write a number and s, ms, us or ns, as in \"2us\"\n"
        "/here/d: the string \"2s\" is out of range; give 0 s to 1 s\n"
        "/here/e: found a list, not a duration; give 0 s to 1 s\n"
        "/here/f: the number -1 is out of range; give 0 s to 1 s");
}

TEST_CASE_FIXTURE(Fixture, "a plain number does not take a unit") {
  auto read = object(R"({"a": "2us"})");
  CHECK(!read.number("a", {0, 5, "0 to 5"}));
  CHECK(text() == "/here/a: found the string \"2us\", not a number; give 0 to 5");
}

TEST_CASE_FIXTURE(Fixture, "choices: both spellings and the three kinds of refusal") {
  static constexpr Choice<int> gears[] = {{"two_speed", 2}, {"three_speed", 3}, {"automatic", 4, false}};
  const std::span<const Choice<int>> choices = gears;
  auto read =
      object(R"({"a": "two_speed", "b": "ThreeSpeed", "c": "two_sped", "d": "automatic", "e": "zzz"})");
  CHECK(read.choice("a", "a gear", choices) == 2);
  CHECK(read.choice("b", "a gear", choices) == 3);
  CHECK(problems.empty());
  for (const char* key : {"c", "d", "e"}) CHECK(!read.choice(key, "a gear", choices));
  CHECK(text() ==
        "/here/c: \"two_sped\" is not a gear; did you mean \"two_speed\"? (allowed: two_speed, three_speed)\n"
        "/here/d: \"automatic\" is not available yet; allowed: two_speed, three_speed\n"
        "/here/e: \"zzz\" is not a gear; allowed: two_speed, three_speed");
}

TEST_CASE_FIXTURE(Fixture, "unknown keys are named with the nearest known one and their pointer escaped") {
  auto read = object(R"({"steps": 1, "step": 2, "a/b~c": 3})");
  CHECK(read.integer("steps", {1, 9}) == 1);
  read.finish();
  CHECK(text() ==
        "/here/a~1b~0c: unknown key; allowed: steps\n"
        "/here/step: unknown key; did you mean \"steps\"? (allowed: steps)");
}

TEST_CASE_FIXTURE(Fixture, "keys to come are accepted with today's value only") {
  auto read = object(R"({"layers": 1, "drift": 0.5, "trace": {}})");
  read.not_yet({{"layers", "1"}, {"drift", "0"}, {"trace", ""}});
  read.finish();
  CHECK(text() ==
        "/here/drift: drift with the number 0.5 is not available yet; leave it out or give 0\n"
        "/here/trace: trace with an object is not available yet; leave it out");
}

TEST_CASE_FIXTURE(Fixture, "a member that should be an object") {
  auto read = object(R"({"a": 3})");
  auto child = read.object("a");
  child.finish();
  CHECK(text() == "/here/a: found the number 3, not an object; write { ... }");
  auto absent = read.object("b");
  absent.finish();
  CHECK(problems.size() == 1);
}

TEST_CASE("nearest names") {
  const std::string_view names[] = {"learned_gating", "hash_based", "random"};
  CHECK(nearest_name("learned_gate", names) == "learned_gating");
  CHECK(nearest_name("HashBased", names) == "hash_based");
  CHECK(nearest_name("rondom", names) == "random");
  CHECK(!nearest_name("sigmoid", names));
  CHECK(!nearest_name("", names));
}

TEST_CASE("strict JSON: errors tell line and column") {
  CHECK(parse_json(R"({"a": [1, 2.5, "x"]})", "a.json") == json{{"a", {1, 2.5, "x"}}});
  CHECK(message_of_parse("{\n  \"a\": 1,\n  \"b\": 2,\n  \"a\": 3\n}") ==
        "a.json:4:5: key \"a\" is given twice; keep one of the two");
  CHECK(message_of_parse("{\"a\": {\"b\": 1}, \"c\": {\"b\": 2}}") == "accepted");
  CHECK(message_of_parse("{\n  \"a\": 1,\n}").starts_with("a.json:3:1: not valid JSON: "));
  CHECK(message_of_parse("{\n // note\n}").starts_with("a.json:2:2: not valid JSON: "));
  CHECK(message_of_parse("").starts_with("a.json:1:1: not valid JSON: "));
  CHECK(message_of_parse("{\"a\": 1e999}").starts_with("a.json:1:"));
  CHECK(message_of_parse(std::string(1000000, '[').c_str()).find("nested too deeply") != std::string::npos);
}

TEST_CASE("files that cannot be read") {
  const auto folder = std::filesystem::temp_directory_path();
  CHECK_THROWS_WITH_AS(static_cast<void>(load_json_file(folder)),
                       (folder.string() + ": is a folder, not a file; give a JSON file").c_str(), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(load_json_file("/no/such.json")),
                       "/no/such.json: does not exist; give a JSON file", Error);
}

TEST_CASE("overrides") {
  const json document = {{"model", "olmoe"}, {"list", {1, 2}}, {"deep", {{"er", 1}}}, {"name", "n"}};
  const auto result = [&](const char* option) { return json::parse(message_of_override(document, option)); };
  CHECK(result("/deep/er=5").at("deep") == json{{"er", 5}});
  CHECK(result("/new/member=true").at("new") == json{{"member", true}});
  CHECK(result("/list/1=[3]").at("list") == json::array({1, json::array({3})}));
  CHECK(result("/name=two words").at("name") == "two words");
  CHECK(result("/name=\"5\"").at("name") == "5");
  CHECK(result("/name=a=b").at("name") == "a=b");
  CHECK(result("/model/hidden=7").at("model") == json{{"preset", "olmoe"}, {"hidden", 7}});
  CHECK(result("/a~1b~0c=1").at("a/b~c") == 1);
}

TEST_CASE("overrides that do not work name the option") {
  const json document = {{"list", {1, 2}}, {"name", "n"}};
  CHECK(message_of_override(document, "nodes=4") ==
        "--set nodes=4: not of the form /pointer=value; write for example --set "
        "/workload/tokens_per_device=512");
  CHECK(message_of_override(document, "/nodes").starts_with("--set /nodes: not of the form"));
  CHECK(message_of_override(document, "/list/2=0") ==
        "--set /list/2=0: /list is a list of 2 and has no element \"2\"; give 0 to 1");
  CHECK(message_of_override(document, "/name/x=0") ==
        "--set /name/x=0: /name is the string \"n\", not an object; set /name as a whole");
  CHECK(message_of_override(document, "/name=\xff") ==
        "--set /name=\\xff: the value is not UTF-8 text; write it in UTF-8");
  CHECK(message_of_override(document, "/name={\"a\":1,\"a\":2}").find("given twice") != std::string::npos);
}
