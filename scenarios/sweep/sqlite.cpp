#include "scenarios/sweep/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "platforms/error.hpp"
#include "scenarios/sweep/definition.hpp"

namespace epsim {
namespace {

constexpr int wait_for_others_milliseconds = 60'000;

/// Of a writer that is at work or was killed.
bool has_unfinished_log(const std::string& database) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database + "-wal", error);
  return !error && size > 0;
}

/// For a URI.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path)
    text += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02x}", static_cast<unsigned char>(c))
                                             : std::string(1, c);
  return text;
}

/// Even readers keep notes in files beside a database. Where this process can make none, one that has no log
/// is whole as it is; its owner should not go on with the sweep just then.
std::string immutable(const std::string& name) {
  return "file://" + escaped(name) + "?immutable=1";
}

[[noreturn]] void fail(sqlite3* connection) {
  const char* name = sqlite3_db_filename(connection, "main");
  const std::string place = name ? name : "";
  const int code = sqlite3_errcode(connection);
  // A limit on the size of files shows itself as an error of writing.
  if (code == SQLITE_FULL || sqlite3_extended_errcode(connection) == SQLITE_IOERR_WRITE)
    throw simulation_error(place, "cannot be written: the disk is full, or a file may not grow further",
                           "what was stored is safe; make room and run the same command again");
  const std::string message = std::string("SQLite: ") + sqlite3_errmsg(connection);
  // Our statements are right for our tables: only what stands in them can make them fail.
  constexpr std::array damages = {SQLITE_ERROR,  SQLITE_CORRUPT, SQLITE_NOTADB,   SQLITE_FORMAT,
                                  SQLITE_TOOBIG, SQLITE_SCHEMA,  SQLITE_MISMATCH, SQLITE_CONSTRAINT};
  if (std::ranges::find(damages, code) != damages.end()) throw damaged_database(place, message);
  throw simulation_error(place, message);
}

}  // namespace

Statement::Statement(sqlite3* connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  statement_.reset(statement);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(connection_);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check(sqlite3_bind_double(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::span<const std::uint8_t> bytes) {
  check(sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(connection_);
  sqlite3_reset(statement_.get());
  return false;
}

void Statement::run() {
  while (step()) continue;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
}

bool Statement::is_real(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_FLOAT;
}

bool Statement::is_text(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_TEXT;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)))
               : std::string();
}

std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Sqlite::Sqlite(const std::filesystem::path& path, Mode mode) {
  // Absolute, because SQLite takes ":memory:" and "" for names of its own.
  const std::string name = std::filesystem::absolute(path).string();
  // Readers, too, where they may: only then SQLite removes the files that it keeps beside a database.
  const int flags = SQLITE_OPEN_READWRITE | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  int code = open(name, flags);
  if (mode == Mode::read_only && code == SQLITE_OK && !can_be_read("main") && !has_unfinished_log(name))
    code = open(immutable(name), SQLITE_OPEN_READONLY);
  if (code != SQLITE_OK)
    throw simulation_error(path.string(), std::string("cannot be opened: ") + sqlite3_errstr(code));
  if (mode == Mode::read_only) run("PRAGMA query_only=1");
}

int Sqlite::open(const std::string& name, int flags) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &connection, flags | SQLITE_OPEN_URI, nullptr);
  connection_.reset(connection);
  if (code == SQLITE_OK) sqlite3_busy_timeout(connection, wait_for_others_milliseconds);
  return code;
}

/// False when its folder lets no files be made.
bool Sqlite::can_be_read(const std::string& schema) const {
  const std::string sql = "SELECT 1 FROM " + schema + ".sqlite_master LIMIT 1";
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code != SQLITE_CANTOPEN && code != SQLITE_READONLY;
}

void Sqlite::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}

void Sqlite::run(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(connection_.get());
}

void Sqlite::attach(const std::filesystem::path& path, const std::string& schema) {
  const std::string name = std::filesystem::absolute(path).string();
  const auto attach_as = [&](const std::string& written) {
    Statement statement = prepare("ATTACH ? AS " + schema);
    statement.bind(1, std::string_view(written)).run();
  };
  attach_as(name);
  if (can_be_read(schema) || has_unfinished_log(name)) return;
  run("DETACH " + schema);
  attach_as(immutable(name));
}

Statement Sqlite::prepare(std::string_view sql) {
  return {connection_.get(), sql};
}

Transaction::Transaction(Sqlite& connection) : connection_(connection) {
  connection_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!is_open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  is_open_ = false;
}

}  // namespace epsim
