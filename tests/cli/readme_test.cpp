// What the README shows is what the program prints.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/cli/command.hpp"

using namespace epsim;

TEST_CASE("the README shows the table that its first command prints") {
  const std::filesystem::path root = EPSIM_SOURCE_DIR;
  std::ifstream file(root / "README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const CommandResult command =
      run_epsim({"compare", (root / "scenarios/deepseek_v3_prefill_ep64.json").string(), "--quiet"});
  REQUIRE_MESSAGE(command.exit_code == 0, command.err);
  CHECK_MESSAGE(readme.find("```\n" + command.out + "```\n") != std::string::npos, command.out);
}
