#include "scenarios/commands/outcome.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "platforms/error.hpp"

namespace epsim {
namespace {

/// One line per problem.
void report(const std::string& problems) {
  std::size_t begin = 0;
  while (begin <= problems.size()) {
    const std::size_t end = std::min(problems.find('\n', begin), problems.size());
    std::cerr << "epsim: error: " << problems.substr(begin, end - begin) << '\n';
    begin = end + 1;
  }
}

ExitCode exit_code_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::input:
      return wrong_input;
    case Error::Kind::simulation:
      return failed;
    case Error::Kind::interrupted:
      return interrupted;
    case Error::Kind::internal:
      break;
  }
  return internal;
}

/// Everything that was printed has arrived, or that is an error.
void finish_output() {
  std::cout.flush();
  if (!std::cout) throw simulation_error("standard output", "cannot be written");
}

}  // namespace

ExitCode outcome_of(const std::function<void()>& command) {
  try {
    command();
    finish_output();
    return done;
  } catch (const Error& error) {
    report(error.what());
    return exit_code_of(error.kind());
  } catch (const std::bad_alloc&) {
    report("out of memory; reduce the scenario or --jobs");
    return failed;
  } catch (const std::exception& error) {
    report(internal_error("", error.what()).what());
  } catch (...) {
    report(internal_error("", "unknown exception").what());
  }
  return internal;
}

}  // namespace epsim
