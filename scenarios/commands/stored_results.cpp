#include "scenarios/commands/stored_results.hpp"

#include <utility>

namespace epsim {
namespace {

StoredSweep sweep_in(SweepDatabase& database) {
  database.connection().run("BEGIN");
  auto stored = database.sweep();
  if (!stored)
    throw input_error(database.path().string(), "holds no sweep yet", "run epsim sweep FILE first");
  return std::move(*stored);
}

}  // namespace

StoredResults::StoredResults(const std::filesystem::path& path)
    : database(path, SweepDatabase::Access::read), stored(sweep_in(database)) {}

void refuse_notes_of(const std::filesystem::path& database, const std::filesystem::path& target) {
  std::error_code ignored;
  const auto real = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(path, ignored).string();
  };
  if (target.empty()) return;
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    if (real(target) == real(database) + suffix)
      throw input_error("--output", target.string() + " is SQLite's own name beside the database",
                        "give another file with --output");
}

}  // namespace epsim
