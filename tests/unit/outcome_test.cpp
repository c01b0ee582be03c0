#include "scenarios/commands/outcome.hpp"

#include <doctest/doctest.h>

#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>

#include "platforms/error.hpp"

using namespace epsim;

namespace {

struct Outcome {
  int code;
  std::string text;
};

Outcome outcome(const std::function<void()>& command) {
  std::ostringstream text;
  std::streambuf* const before = std::cerr.rdbuf(text.rdbuf());
  const int code = outcome_of(command);
  std::cerr.rdbuf(before);
  return {code, text.str()};
}

}  // namespace

TEST_CASE("every end of a command has its exit code, and a line for each problem") {
  CHECK(outcome([] {}).code == 0);
  CHECK(outcome([] {}).text.empty());
  const Outcome refused = outcome([] {
    throw Error(Error::Kind::input, {{"/a", "is wrong", "mend it"}, {"/b", "is wrong", ""}});
  });
  CHECK(refused.code == 2);
  CHECK(refused.text == "epsim: error: /a: is wrong; mend it\nepsim: error: /b: is wrong\n");
  CHECK(outcome([] { throw simulation_error("ring", "failed"); }).code == 1);
  CHECK(outcome([] { throw std::bad_alloc(); }).code == 1);
  CHECK(outcome([] { throw Error(Error::Kind::interrupted, {{"", "interrupted", ""}}); }).code == 130);
  CHECK(outcome([] { throw internal_error("link", "too full"); }).code == 70);
}

TEST_CASE("what nobody expected is an internal error in one line, whatever it says") {
  const Outcome unexpected = outcome([] { throw std::runtime_error("[json.exception]\n bad"); });
  CHECK(unexpected.code == 70);
  CHECK(
      unexpected.text ==
      "epsim: error: internal error: [json.exception]\\x0a bad; please report this with the scenario and the "
      "command\n");
  CHECK(outcome([] { throw 7; }).code == 70);
}
