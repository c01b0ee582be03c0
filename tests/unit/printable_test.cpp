#include "platforms/printable.hpp"

#include <doctest/doctest.h>

#include <string>

#include "platforms/error.hpp"

using namespace epsim;

TEST_CASE("printable text is one line of UTF-8") {
  CHECK(printable("GB200 \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        "GB200 \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80");
  CHECK(printable("a\nb\tc\x1b[2J") == "a\\x0ab\\x09c\\x1b[2J");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");                    // no lead byte; cut off
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // "/" in two bytes
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");                    // a control of two bytes
}

TEST_CASE("long text is cut, whole characters kept, and made printable once") {
  const std::string once = printable(std::string(120'000, 'x'), 100);
  CHECK(once == std::string(100, 'x') + "... (120000 bytes)");
  CHECK(printable(once, 100) == once);
  std::string letters;
  for (int i = 0; i < 100; ++i) letters += "\xC3\xA4";
  CHECK(printable(letters, 3) == "\xC3\xA4\xC3\xA4... (200 bytes)");
  CHECK(printable("a\nb") == printable(printable("a\nb")));
}

TEST_CASE("an error's text is printable whatever is in it") {
  const std::string text = input_error(
                               "\xff"
                               "file",
                               "line\n2: " + std::string(120'000, 'y'), "do\nthis")
                               .what();
  CHECK(text.starts_with("\\xfffile: line\\x0a2: yyy"));
  CHECK(text.ends_with("; do\\x0athis"));
  CHECK(text.size() < 600);
}
