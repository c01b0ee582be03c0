#include "scenarios/validate/measured_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>

#include "platforms/error.hpp"
#include "platforms/system/input_file.hpp"
#include "scenarios/reader/json_reader.hpp"

namespace epsim {
namespace {

using Fields = std::vector<std::string>;

Fields fields_of(std::string line) {
  std::ranges::replace(line, ',', ' ');
  std::istringstream stream(line);
  Fields fields;
  for (std::string field; stream >> field;) fields.push_back(std::move(field));
  return fields;
}

std::optional<double> plain_number(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (rest != end || error != std::errc()) return std::nullopt;
  return value;
}

/// What nccl-tests prints: numbers but for the type and the operation in the third and fourth column.
bool is_of_nccl_tests(const Fields& fields) {
  return fields.size() >= 8 && plain_number(fields[0]) && plain_number(fields[1]) &&
         !plain_number(fields[2]) && plain_number(fields[5]);
}

[[noreturn]] void fail(const std::string& place, const std::string& what, const char* remedy) {
  throw input_error(place, what, remedy);
}

/// That it is an exchange, and came out right: reductions move other bytes.
void check_nccl_tests(const Fields& fields, const std::string& place) {
  if (fields[3] != "none")
    fail(place, fmt::format("is of a reduction ({}), and no exchange", fields[3]),
         "give what alltoall_perf or sendrecv_perf prints");
  const auto wrong = fields.size() > 8 ? plain_number(fields[8]) : std::nullopt;
  if (wrong && *wrong > 0)
    fail(place, fmt::format("{} values came out wrong there", fields[8]), "measure it again");
}

MeasuredSize parse(const Fields& fields, const std::string& place) {
  const bool of_nccl_tests = is_of_nccl_tests(fields);
  if (!of_nccl_tests && fields.size() != 2)
    fail(place, fmt::format("has {} column{}", fields.size(), fields.size() == 1 ? "" : "s"),
         "give a size and a time on every line, or what nccl-tests prints");
  if (of_nccl_tests) check_nccl_tests(fields, place);
  const std::string& size = fields[0];
  const std::string& time = fields[of_nccl_tests ? 5 : 1];
  MeasuredSize result;
  try {
    const auto microseconds = plain_number(time);
    result.bytes = plain_number(size).value_or(0) < 0 ? -1 : parse_bytes(size);
    result.seconds = microseconds ? *microseconds * 1e-6 : parse_duration(time);
  } catch (const Error& error) {
    fail(place, error.problems().front().what,
         "give sizes in bytes (or \"1MiB\") and times in microseconds (or \"25.8us\")");
  }
  if (result.bytes <= 0) fail(place, fmt::format("the size {} is not above 0", size), "leave it out");
  if (!(result.seconds > 0) || result.seconds > 1e6)
    fail(place, fmt::format("the time {} is not above 0", time), "times are in microseconds, or with a unit");
  return result;
}

/// A heading: comments, or words before the first numbers.
bool is_heading(const Fields& fields, bool is_first) {
  const char first = fields.front().front();
  return first == '#' || (is_first && std::isalpha(static_cast<unsigned char>(first)) != 0);
}

}  // namespace

MeasuredFile read_measured_sizes(const std::filesystem::path& path) {
  std::istringstream text(read_input_file(path, "give a file of sizes and times"));
  MeasuredFile file;
  std::vector<MeasuredSize>& sizes = file.sizes;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const Fields fields = fields_of(line);
    if (fields.size() > 2 && fields[0] == "#" && fields[1] == "Rank") ++file.ranks;
    if (fields.empty() || is_heading(fields, sizes.empty())) continue;
    const std::string place = fmt::format("{}, line {}", path.string(), number);
    const MeasuredSize one = parse(fields, place);
    if (!sizes.empty() && one.bytes <= sizes.back().bytes)
      fail(place, fmt::format("{} B comes after {} B", one.bytes, sizes.back().bytes),
           "sort the lines by size, and give each size once");
    sizes.push_back(one);
  }
  if (sizes.size() < 2)
    fail(path.string(), fmt::format("holds {} size{}", sizes.size(), sizes.size() == 1 ? "" : "s"),
         "start-up and bandwidth cannot be told apart by fewer than two; better ten, from small to large");
  return file;
}

}  // namespace epsim
