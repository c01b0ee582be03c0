// Rows of a CSV file.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <ostream>
#include <utility>

namespace epsim {

/// Collects rows and hands them on in large pieces.
class CsvRows {
 public:
  explicit CsvRows(std::ostream& out) : out_(out) {}
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;
  ~CsvRows() { flush(); }

  /// Numbers come out in the shortest form that reads back as the same double.
  template <class... Fields>
  void add(fmt::format_string<Fields...> format, Fields&&... fields) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Fields>(fields)...);
    constexpr std::size_t piece = 1 << 16;
    if (buffer_.size() > piece) flush();
  }

 private:
  void flush() {
    out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.clear();
  }

  std::ostream& out_;
  fmt::memory_buffer buffer_;
};

}  // namespace epsim
