#include "platforms/units.hpp"

#include <doctest/doctest.h>

#include "platforms/error.hpp"

using namespace epsim;

TEST_CASE("bandwidths: bits and bytes decimal and binary prefixes") {
  CHECK(parse_bandwidth("50GBps") == 50e9);
  CHECK(parse_bandwidth("400Gbps") == 50e9);  // 400e9 bits / 8
  CHECK(parse_bandwidth("1.5 TB/s") == 1.5e12);
  CHECK(parse_bandwidth("1GiBps") == 1073741824.0);
  CHECK(parse_bandwidth("25 Gb/s") == 3.125e9);
  CHECK(parse_bandwidth("8bps") == 1.0);
  CHECK(parse_bandwidth("2e3 MB/s") == 2e9);
  for (const char* wrong : {"50", "50GB", "GBps", "-1GBps", "50XBps", "", "1e999GBps", "nanGBps", "1..5GBps"})
    CHECK_THROWS_AS(static_cast<void>(parse_bandwidth(wrong)), Error);
}

TEST_CASE("durations are exactly the double that C++ would write") {
  CHECK(parse_duration("2us") == 2e-6);
  CHECK(parse_duration("0.6us") == 0.6e-6);
  CHECK(parse_duration("0.3 us") == 0.3e-6);
  CHECK(parse_duration("1.5ms") == 1.5e-3);
  CHECK(parse_duration("300ns") == 300e-9);
  CHECK(parse_duration("1s") == 1.0);
  for (const char* wrong : {"2", "2u", "2 min", "us", "-2us", "2Ms", "2us "})
    CHECK_THROWS_AS(static_cast<void>(parse_duration(wrong)), Error);
}

TEST_CASE("bytes are whole numbers") {
  CHECK(parse_bytes("80GB") == 80'000'000'000);
  CHECK(parse_bytes("1MiB") == 1'048'576);
  CHECK(parse_bytes("4096") == 4096);
  CHECK(parse_bytes("4096B") == 4096);
  CHECK(parse_bytes("1.5kB") == 1500);
  for (const char* wrong : {"1.5", "0.1KiB", "80Gb", "8 apples", "4m", "100000000000000000000"})
    CHECK_THROWS_AS(static_cast<void>(parse_bytes(wrong)), Error);
}

TEST_CASE("computing rates") {
  CHECK(parse_flops("989TFLOPS") == 989e12);
  CHECK(parse_flops("4.5PFLOPS") == 4.5e15);
  CHECK(parse_flops("1 TFLOP/s") == 1e12);
  CHECK_THROWS_AS(static_cast<void>(parse_flops("989T")), Error);
}

TEST_CASE("a wrong unit names the text and what is accepted") {
  try {
    static_cast<void>(parse_duration("2 minutes"));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::input);
    CHECK(error.problems().front().what == "\"2 minutes\" is not a duration");
    CHECK(error.problems().front().remedy == "write a number and s, ms, us or ns, as in \"2us\"");
  }
}

TEST_CASE("short forms for people") {
  CHECK(format_duration(1.2344e-3) == "1.234 ms");
  CHECK(format_duration(0) == "0 s");
  CHECK(format_duration(0.5e-9) == "0.5000 ns");
  CHECK(format_duration(12.5e-6) == "12.50 us");
  CHECK(format_duration(75) == "75.00 s");
  CHECK(format_duration(-2e-6) == "-2.000 us");
  CHECK(format_bandwidth(50e9) == "50.00 GB/s");
  CHECK(format_bandwidth(0) == "0 B/s");
  CHECK(format_bytes(1.5e9) == "1.50 GB");
  CHECK(format_bytes(512) == "512 B");
  CHECK(format_bytes(0) == "0 B");
}

TEST_CASE("rounding up moves on to the next unit and never shows an extra digit") {
  CHECK(format_duration(999.96e-6) == "1.000 ms");
  CHECK(format_duration(999.9e-6) == "999.9 us");
  CHECK(format_duration(99.996e-6) == "100.0 us");
  CHECK(format_duration(99.99e-6) == "99.99 us");
  CHECK(format_bytes(999.6e6) == "1.00 GB");
}
