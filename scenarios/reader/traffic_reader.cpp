#include "scenarios/reader/traffic_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "platforms/indexing.hpp"
#include "platforms/system/input_file.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// Where a number stands; text only when there is a fault to report.
struct Place {
  const std::string& file;
  int line;
  std::size_t field;
  [[nodiscard]] std::string text() const { return fmt::format("{}, line {}, field {}", file, line, field); }
};

Bytes parse_field(std::string_view field, const Place& where) {
  constexpr const char* remedy = "write whole numbers of bytes, separated by spaces";
  Bytes value = 0;
  const char* end = field.data() + field.size();
  const auto [rest, error] = std::from_chars(field.data(), end, value);
  if (rest == end && error == std::errc() && value >= 0 && value <= limits::most_bytes) return value;
  const std::string place = where.text();
  const std::string shown(field.substr(0, 40));
  if (rest != end || error == std::errc::invalid_argument)
    throw input_error(place, fmt::format("\"{}\" is not a whole number", shown), remedy);
  if (value < 0) throw input_error(place, fmt::format("{} is negative", shown), remedy);
  throw input_error(place, fmt::format("{} is too large", shown),
                    fmt::format("give at most {}", limits::most_bytes));
}

std::vector<Bytes> parse_line(std::string_view line, const std::string& file, int number) {
  constexpr std::string_view spaces = " \t\r\f\v";
  std::vector<Bytes> row;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(spaces), line.size()));
    if (line.empty()) return row;
    const std::string_view field = line.substr(0, line.find_first_of(spaces));
    row.push_back(parse_field(field, {file, number, row.size() + 1}));
    line.remove_prefix(field.size());
  }
}

std::vector<std::vector<Bytes>> load_rows(const std::filesystem::path& path) {
  check_input_file(path, "give a text file of N lines of N numbers");
  std::ifstream file(path);
  const std::string name = path.string();
  std::vector<std::vector<Bytes>> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    auto row = parse_line(line, name, number);
    if (row.empty()) continue;
    const std::string place = fmt::format("{}, line {}", name, number);
    if (!rows.empty() && row.size() != rows.front().size())
      throw input_error(
          place, fmt::format("has {} numbers where the first row has {}", row.size(), rows.front().size()),
          "give every row the same length");
    if (rows.size() == static_cast<std::size_t>(limits::most_matrix_ranks))
      throw input_error(place, "too many rows", fmt::format("give at most {}", limits::most_matrix_ranks));
    rows.push_back(std::move(row));
  }
  if (file.bad()) throw input_error(name, "cannot be read to its end");
  return rows;
}

Matrix<Bytes> uniform(int ranks, Bytes bytes) {
  Matrix<Bytes> matrix(ranks, ranks, bytes);
  for (int rank = 0; rank < ranks; ++rank) matrix(rank, rank) = 0;
  return matrix;
}

/// One equal part of a rank's bytes for every rank; its own stays where it is.
std::optional<Matrix<Bytes>> read_parts(JsonObject& object, int ranks) {
  const auto bytes = object.bytes("bytes_per_rank", limits::bytes);
  if (!bytes) return std::nullopt;
  return uniform(ranks, *bytes / ranks);
}

std::optional<Matrix<Bytes>> read_uniform(JsonObject& object, int devices) {
  const auto bytes = object.bytes("uniform_bytes_per_pair", limits::bytes);
  if (!bytes) return std::nullopt;
  return uniform(devices, *bytes);
}

std::optional<Matrix<Bytes>> read_file(JsonObject& object, const std::filesystem::path& base_folder) {
  const auto file = object.string("matrix_file");
  if (!file) return std::nullopt;
  try {
    return load_matrix(base_folder / *file);
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    object.add_problem("matrix_file", problem.place + ": " + problem.what, problem.remedy);
    return std::nullopt;
  }
}

/// Stops at the first fault: a matrix may have millions of numbers.
std::optional<Matrix<Bytes>> read_inline(JsonObject& object, std::vector<Problem>& problems) {
  const json* value = object.raw("matrix");
  const bool is_list = value->is_array() && !value->empty() &&
                       value->size() <= static_cast<std::size_t>(limits::most_matrix_ranks);
  if (!is_list) {
    object.add_problem("matrix", fmt::format("found {}, not a list of rows", describe(*value)),
                       fmt::format("give N lists of N numbers, N at most {}", limits::most_matrix_ranks));
    return std::nullopt;
  }
  const int ranks = static_cast<int>(value->size());
  Matrix<Bytes> matrix(ranks, ranks);
  for (int source = 0; source < ranks; ++source) {
    const json& row = (*value)[at(source)];
    const std::string pointer = object.pointer_to("matrix") + "/" + std::to_string(source);
    if (!row.is_array() || row.size() != value->size()) {
      problems.push_back({pointer, "is not a row of as many numbers as there are rows",
                          fmt::format("give {} numbers", ranks)});
      return std::nullopt;
    }
    for (int destination = 0; destination < ranks; ++destination) {
      const auto bytes = read_integer(row[at(destination)], pointer + "/" + std::to_string(destination),
                                      limits::bytes, problems);
      if (!bytes) return std::nullopt;
      matrix(source, destination) = *bytes;
    }
  }
  return matrix;
}

/// The sum stops at the limit, so it cannot overflow.
bool sum_fits(const Matrix<Bytes>& matrix) {
  Bytes sum = 0;
  for (int source = 0; source < matrix.rows(); ++source)
    for (const Bytes bytes : matrix.row(source)) {
      sum += bytes;
      if (sum > limits::most_bytes) return false;
    }
  return true;
}

}  // namespace

Matrix<Bytes> load_matrix(const std::filesystem::path& path) {
  const auto rows = load_rows(path);
  const std::size_t columns = rows.empty() ? 0 : rows.front().size();
  if (rows.empty() || rows.size() != columns)
    throw input_error(path.string(),
                      fmt::format("{} rows of {} numbers are not a square matrix", rows.size(), columns),
                      "give N lines of N numbers");
  const int ranks = static_cast<int>(columns);
  Matrix<Bytes> matrix(ranks, ranks);
  for (int source = 0; source < ranks; ++source)
    std::ranges::copy(rows[at(source)], matrix.row(source).begin());
  return matrix;
}

std::optional<Matrix<Bytes>> read_traffic(JsonObject object, int devices,
                                          const std::filesystem::path& base_folder,
                                          std::vector<Problem>& problems) {
  constexpr std::array<std::string_view, 4> known = {"uniform_bytes_per_pair", "bytes_per_rank",
                                                     "matrix_file", "matrix"};
  for (const std::string_view form : known) object.allow({form});
  object.finish();
  const auto forms = std::ranges::count_if(known, [&](std::string_view form) { return object.has(form); });
  const std::string& pointer = object.pointer();
  if (forms != 1) {
    problems.push_back({pointer, fmt::format("gives {} kinds of traffic", forms),
                        "give one of uniform_bytes_per_pair, bytes_per_rank, matrix_file, matrix"});
    return std::nullopt;
  }
  if (devices > limits::most_matrix_ranks) {
    problems.push_back({pointer, fmt::format("a traffic matrix between {} devices is too large", devices),
                        fmt::format("use a platform of at most {} devices", limits::most_matrix_ranks)});
    return std::nullopt;
  }
  auto matrix = object.has("matrix")           ? read_inline(object, problems)
                : object.has("matrix_file")    ? read_file(object, base_folder)
                : object.has("bytes_per_rank") ? read_parts(object, devices)
                                               : read_uniform(object, devices);
  if (!matrix) return std::nullopt;
  if (matrix->rows() != devices)
    problems.push_back(
        {pointer,
         fmt::format("the matrix is {0} x {0}, but the platform has {1} devices", matrix->rows(), devices),
         fmt::format("give {0} rows of {0} numbers", devices)});
  else if (!sum_fits(*matrix))
    problems.push_back(
        {pointer, "all bytes together are too many", fmt::format("give at most {}", limits::most_bytes)});
  return matrix;
}

}  // namespace epsim
