// `epsim estimate`: what it says. How far it is from the simulation: scenarios_test.cpp.
#include <doctest/doctest.h>

#include "tests/cli/command.hpp"

using namespace epsim;

TEST_CASE("estimate prints a table that says how far it usually is off") {
  const CommandResult table =
      run_epsim({"estimate", shipped("uniform_star16"), "--patterns", "ring,all_to_all"});
  CHECK(table.exit_code == 0);
  CHECK(table.err == "");
  CHECK_MESSAGE(table.out.find("nothing was simulated") != std::string::npos, table.out);
  CHECK(table.out.find("0.75 to 1.40 times") != std::string::npos);
  CHECK(table.out.find("2.577 ms") != std::string::npos);
  CHECK(table.out.find("lower bound") != std::string::npos);
  CHECK(table.out.find("\npoint_to_point ") == std::string::npos);
}

TEST_CASE("estimate refuses what compare refuses") {
  const CommandResult pattern = run_epsim({"estimate", shipped("uniform_star16"), "--patterns", "rin"});
  CHECK(pattern.exit_code == 2);
  CHECK(pattern.err.find("did you mean \"ring\"") != std::string::npos);
  CHECK(run_epsim({"estimate", "/nowhere/scenario.json"}).exit_code == 2);
  CHECK(run_epsim({"estimate", shipped("uniform_star16"), "--out", "x"}).exit_code == 2);
}
