#include "platforms/printable.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace epsim {
namespace {

constexpr std::uint32_t invalid = 0xFFFFFFFF;

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the character that begins with this one; 0: none does.
std::size_t length_of(std::uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

/// The code point of the character of `length` bytes at `i`, if it is one (RFC 3629).
std::uint32_t code_point(std::string_view text, std::size_t i, std::size_t length) {
  if (length == 0 || i + length > text.size()) return invalid;
  if (length == 1) return byte_at(text, i);
  std::uint32_t code = byte_at(text, i) & (0xFFU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xC0) != 0x80) return invalid;
    code = code << 6 | (byte_at(text, i + k) & 0x3F);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  return code < least || code > 0x10FFFF || is_surrogate ? invalid : code;
}

/// The C0 and C1 controls, which move cursors and end lines.
bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  constexpr std::size_t slack = 40;  // no cut to save less than what is said about it
  const bool is_cut = text.size() > slack && text.size() - slack > most;
  const std::string_view shown = text.substr(0, is_cut ? most : text.size());
  std::string result;
  std::size_t i = 0;
  while (i < shown.size()) {
    const std::size_t length = length_of(byte_at(text, i));
    const std::uint32_t code = code_point(text, i, length);
    if (code == invalid || is_control(code)) {
      const std::size_t bytes = code == invalid ? 1 : length;
      for (const char byte : text.substr(i, bytes))
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
      i += bytes;
    } else {
      result += text.substr(i, length);
      i += length;
    }
  }
  if (i < text.size()) result += fmt::format("... ({} bytes)", text.size());
  return result;
}

}  // namespace epsim
