#include "analysis/report/csv_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/printable.hpp"
#include "platforms/system/input_file.hpp"

namespace epsim {
namespace {

constexpr const char* remedy = "run epsim compare --out again";

/// Cuts a record (RFC 4180) into its fields, whose strings keep their memory; false: a quote is still open.
bool split(const std::string& record, std::vector<std::string>& fields, std::size_t& count) {
  count = 0;
  std::size_t at = 0;
  while (true) {
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    if (at < record.size() && record[at] == '"') {
      for (++at;; ++at) {
        if (at >= record.size()) return false;
        if (record[at] == '"' && (++at >= record.size() || record[at] != '"')) break;
        field += record[at];
      }
    }
    const std::size_t end = std::min(record.find(',', at), record.size());
    field.append(record, at, end - at);
    if (end == record.size()) return true;
    at = end + 1;
  }
}

}  // namespace

CsvFile::CsvFile(const std::filesystem::path& path, const std::vector<std::string>& columns)
    : name_(path.string()) {
  check_input_file(path, remedy);
  file_.open(path, std::ios::binary);
  if (!read_fields()) throw fault("is empty");
  fields_.resize(field_count_);
  for (const std::string& column : columns) {
    const auto found = std::ranges::find(fields_, column);
    if (found == fields_.end()) throw fault("incomplete, without column " + column);
    place_.push_back(static_cast<std::size_t>(found - fields_.begin()));
  }
}

bool CsvFile::read_fields() {
  if (!std::getline(file_, buffer_)) return false;
  ++line_;
  std::string more;
  while (!split(buffer_, fields_, field_count_)) {
    if (!std::getline(file_, more)) throw fault("incomplete, it ends within quotes");
    ++line_;
    buffer_ += '\n' + more;
  }
  return true;
}

bool CsvFile::next() {
  const std::size_t expected = fields_.size();
  if (!read_fields()) return false;
  if (field_count_ != expected)
    throw fault(fmt::format("incomplete, {} of {} fields", field_count_, expected));
  if (file_.eof()) throw fault("incomplete, its last line has no end");
  return true;
}

double CsvFile::number(std::size_t column) const {
  const std::string& field = text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    throw fault(fmt::format("\"{}\" is not a number", printable(field, 40)));
  return value;
}

int CsvFile::index(std::size_t column) const {
  constexpr int most = 1 << 24;
  const double value = number(column);
  if (value < 0 || value > most || value != std::floor(value))
    throw fault(fmt::format("{} is not a whole number from 0 to {}", value, most));
  return static_cast<int>(value);
}

std::size_t CsvFile::choice(std::size_t column, std::span<const std::string_view> names) const {
  const auto found = std::ranges::find(names, text(column));
  if (found == names.end()) throw fault("\"" + printable(text(column), 40) + "\" is not known");
  return static_cast<std::size_t>(found - names.begin());
}

Error CsvFile::fault(const std::string& what) const {
  return input_error(line_ == 0 ? name_ : fmt::format("{}:{}", name_, line_), what, remedy);
}

}  // namespace epsim
