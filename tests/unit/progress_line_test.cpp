#include "scenarios/commands/progress_line.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace epsim;

TEST_CASE("progress: written over on a terminal and gone in the end") {
  std::ostringstream out;
  {
    ProgressLine progress(true, out, true, 1000);
    progress.show("routing");
    progress.show("simulating");
  }
  CHECK(out.str() == "\r\x1b[Krouting\r\x1b[Ksimulating\r\x1b[K");
}

TEST_CASE("progress: a line now and then elsewhere") {
  std::ostringstream often;
  std::ostringstream never;
  {
    ProgressLine progress(true, often, false, 0);
    ProgressLine quick(true, never, false, 1000);
    for (const char* text : {"routing", "simulating"}) {
      progress.show(text);
      quick.show(text);
    }
  }
  CHECK(often.str() == "epsim: routing\nepsim: simulating\n");
  CHECK(never.str().empty());
}

TEST_CASE("progress: nothing where it is not wanted") {
  std::ostringstream out;
  for (const bool is_terminal : {true, false}) ProgressLine(false, out, is_terminal, 0).show("routing");
  CHECK(out.str().empty());
}
