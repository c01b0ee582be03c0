#include "scenarios/sweep/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/system/input_file.hpp"
#include "platforms/system/temporary_file.hpp"
#include "scenarios/sweep/definition.hpp"
#include "scenarios/sweep/point_result.hpp"
#include "scenarios/sweep/sqlite.hpp"

namespace epsim {
namespace {

constexpr std::uint32_t application = 0x65707377;  // "epsw"
constexpr std::uint32_t format = 2;                // of the tables below

// Where they stand in the header of every SQLite file (its documentation, "Database File Format").
constexpr std::string_view magic = std::string_view("SQLite format 3\0", 16);
constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_at = 68;
using Header = std::array<char, 100>;

std::uint32_t big_endian(const Header& header, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<std::uint8_t>(header[i]);
  return value;
}

struct Table {
  std::string name;
  std::string sql;
};

std::vector<Table> tables() {
  std::string results = "CREATE TABLE results(identity BLOB, place INTEGER, pattern TEXT";
  for (const ResultColumn& column : result_columns())
    results += fmt::format(", {} {}", column.name, column.sql_type);
  results += ", PRIMARY KEY(identity, place)) WITHOUT ROWID";
  return {
      {"sweep",
       "CREATE TABLE sweep(id INTEGER PRIMARY KEY CHECK(id = 1), name TEXT, identity BLOB, definition "
       "TEXT)"},
      {"plan",
       "CREATE TABLE plan(point INTEGER PRIMARY KEY, combination INTEGER, identity BLOB, routing BLOB,"
       " estimated_seconds REAL, estimated_memory_bytes REAL, error TEXT)"},
      {"points",
       "CREATE TABLE points(identity BLOB PRIMARY KEY, status TEXT, error TEXT, scenario TEXT, version "
       "TEXT, wall_seconds REAL, memory_bytes REAL, started_at TEXT, finished_at TEXT)"},
      {"claims", "CREATE TABLE claims(identity BLOB PRIMARY KEY, process INTEGER, process_started INTEGER)"},
      {"results", results}};
}

Error not_ours(const std::filesystem::path& path, std::string what) {
  return input_error(path.string(), std::move(what), "give a sweep database; this file was not touched");
}

}  // namespace

void check_is_sweep_database(const std::filesystem::path& path) {
  check_input_file(path, "give a sweep database");
  Header header = {};
  std::ifstream file(path, std::ios::binary);
  file.read(header.data(), header.size());
  if (!file || std::string_view(header.data(), magic.size()) != magic)
    throw not_ours(path, "not a sweep database");
  if (big_endian(header, application_at) != application)
    throw not_ours(path, "an SQLite database, but not of an epsim sweep");
  const std::uint32_t found = big_endian(header, user_version_at);
  if (found != format)
    throw not_ours(path,
                   fmt::format("a sweep database of format {}, this program knows format {}", found, format));
}

void check_tables(Sqlite& connection, const std::filesystem::path& path) {
  for (const Table& table : tables()) {
    Statement select = connection.prepare("SELECT type, sql FROM sqlite_master WHERE name = ?");
    select.bind(1, std::string_view(table.name));
    if (!select.step()) throw damaged_database(path, "it has no table " + table.name);
    if (select.text(0) != "table" || select.text(1) != table.sql)
      throw damaged_database(path, table.name + " is not the table that epsim makes");
  }
  Statement select = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'");
  if (select.step()) throw damaged_database(path, "it has the trigger " + select.text(0));
}

void create_sweep_database(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = temporary_name(path);
  std::deque<Unfinished> files;  // SQLite's own, too
  for (const char* suffix : {"", "-journal", "-wal", "-shm"})
    files.emplace_back(unfinished.string() + suffix, Unfinished::Kind::file);
  if (!std::ofstream(unfinished, std::ios::trunc))
    throw input_error(path.string(), "cannot be made: no file can be made in its folder",
                      "give a file with --db in a folder that can be written");
  {
    Sqlite connection(unfinished, Sqlite::Mode::create);
    connection.run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={};", application, format));
    std::string sql;
    for (const Table& table : tables()) sql += table.sql + ";";
    connection.run("BEGIN;" + sql + "COMMIT;");
    connection.run("PRAGMA journal_mode=WAL;");
  }
  rename_if_new(unfinished, path);  // a file that another process has made by now stays
}

}  // namespace epsim
