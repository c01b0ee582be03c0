// SQLite, as far as sweeps need it: a connection and prepared statements that close themselves and throw.
// Errors are Error (simulation) with the file as place, a full disk says so; and damaged_database where what
// stands in the file is the cause.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace epsim {

class Statement {
 public:
  /// Parameters are numbered from 1.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::span<const std::uint8_t> bytes);
  Statement& bind_null(int parameter);
  /// Advances to the next row; false at the end, and then the statement can be bound and run again.
  bool step();
  /// Runs it to its end.
  void run();

  /// Columns are numbered from 0.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] bool is_integer(int column) const;
  [[nodiscard]] bool is_real(int column) const;
  [[nodiscard]] bool is_text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::span<const std::uint8_t> blob(int column) const;

 private:
  friend class Sqlite;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* connection, std::string_view sql);
  void check(int code) const;

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Sqlite {
 public:
  enum class Mode { read_only, read_write, create };

  Sqlite(const std::filesystem::path& path, Mode mode);
  void run(const std::string& sql);
  [[nodiscard]] Statement prepare(std::string_view sql);
  /// Another database, to read from, as `schema`.
  void attach(const std::filesystem::path& path, const std::string& schema);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  int open(const std::string& name, int flags);
  [[nodiscard]] bool can_be_read(const std::string& schema) const;

  std::unique_ptr<sqlite3, Close> connection_;
};

/// Everything between its making and `commit` happens at once or not at all.
class Transaction {
 public:
  explicit Transaction(Sqlite& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Sqlite& connection_;
  bool is_open_ = true;
};

}  // namespace epsim
