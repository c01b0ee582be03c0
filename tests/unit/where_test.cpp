#include "scenarios/sweep/where.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace epsim;
using nlohmann::json;

namespace {

bool holds_with(const std::string& text, const std::map<std::string, json>& values) {
  return holds(parse_comparison(text, "/where/0"), [&](const std::string& pointer) -> const json* {
    const auto found = values.find(pointer);
    return found == values.end() ? nullptr : &found->second;
  });
}

}  // namespace

TEST_CASE("where compares numbers with every relation") {
  const std::map<std::string, json> values = {{"/a", 4}};
  CHECK(holds_with("/a < 5", values));
  CHECK_FALSE(holds_with("/a < 4", values));
  CHECK(holds_with("/a <= 4", values));
  CHECK(holds_with("/a > 3.5", values));
  CHECK_FALSE(holds_with("/a > 4", values));
  CHECK(holds_with("/a >= 4", values));
  CHECK(holds_with("/a == 4.0", values));
  CHECK(holds_with("/a != 5", values));
}

TEST_CASE("where multiplies on both sides") {
  const std::map<std::string, json> values = {{"/nodes", 8}, {"/tokens", 128}, {"/limit", 512}};
  CHECK(holds_with("/nodes * /tokens <= 2 * /limit", values));        // 1024 <= 1024
  CHECK_FALSE(holds_with("/nodes * /tokens * 2 <= /limit", values));  // 2048 <= 512
}

TEST_CASE("where knows equality of texts and booleans") {
  const std::map<std::string, json> values = {{"/transport", "nccl"}, {"/barriers", true}};
  CHECK(holds_with("/transport == \"nccl\"", values));
  CHECK(holds_with("/transport != \"ideal\"", values));
  CHECK(holds_with("/barriers == true", values));
  CHECK_THROWS_WITH_AS(holds_with("/transport < \"x\"", values), doctest::Contains("has no order"), Error);
  CHECK_THROWS_WITH_AS(holds_with("/transport == 3", values), doctest::Contains("cannot be compared"), Error);
  CHECK_THROWS_WITH_AS(holds_with("/transport * 2 == 3", values), doctest::Contains("cannot be multiplied"),
                       Error);
  CHECK_THROWS_WITH_AS(holds_with("/nothing == 3", values), doctest::Contains("/nothing has no value"),
                       Error);
}

TEST_CASE("where says what is wrong with a comparison") {
  const auto parse = [](const char* text) { return parse_comparison(text, "/where/0"); };
  CHECK_THROWS_WITH_AS(parse("/a"), doctest::Contains("compares nothing"), Error);
  CHECK_THROWS_WITH_AS(parse("/a < 1 < 2"), doctest::Contains("compares twice"), Error);
  CHECK_THROWS_WITH_AS(parse("/a + 1 < 2"), doctest::Contains("did not expect \"+\""), Error);
  CHECK_THROWS_WITH_AS(parse("/a * < 2"), doctest::Contains("a value is missing"), Error);
  CHECK_THROWS_WITH_AS(parse("a < 2"), doctest::Contains("/pointer"), Error);
  CHECK_THROWS_WITH_AS(parse("/a <"), doctest::Contains("a value is missing"), Error);
}
