// Quantities and their text forms. Everything inside epsim is in seconds, bytes, bytes per second and
// FLOP per second; units appear only where text comes in or goes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace epsim {

using Seconds = double;
using Bytes = std::int64_t;
using BytesPerSecond = double;
using FlopsPerSecond = double;

/// Parse a number with a unit. Decimal prefixes are powers of 1000 (GB = 1e9), binary ones (GiB) of 1024;
/// a bit is b, a byte is B. Throw Error (input, empty place) that names the text and the accepted units.
[[nodiscard]] BytesPerSecond parse_bandwidth(std::string_view text);  ///< "50GBps", "400Gbps", "1.5 TB/s"
[[nodiscard]] Seconds parse_duration(std::string_view text);          ///< "2us", "1.5ms", "300ns", "1s"
[[nodiscard]] Bytes parse_bytes(std::string_view text);               ///< "80GB", "1MiB", "4096", "4096B"
[[nodiscard]] FlopsPerSecond parse_flops(std::string_view text);      ///< "989TFLOPS", "4.5PFLOPS"

/// Short forms for people, three to four significant digits: "1.234 ms", "50.00 GB/s", "1.50 GB".
[[nodiscard]] std::string format_duration(Seconds value);
[[nodiscard]] std::string format_bandwidth(BytesPerSecond value);
[[nodiscard]] std::string format_bytes(double value);

}  // namespace epsim
