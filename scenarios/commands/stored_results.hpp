// A sweep's database opened to be read.
#pragma once

#include <filesystem>

#include "scenarios/sweep/database.hpp"

namespace epsim {

/// All that is read of it is of one moment, whatever a sweep does meanwhile.
struct StoredResults {
  /// Throws Error (input) when it is no sweep's database, or holds no sweep yet.
  explicit StoredResults(const std::filesystem::path& path);

  SweepDatabase database;
  StoredSweep stored;
};

/// Throws Error (input) where `target` is one of SQLite's own files beside the database.
void refuse_notes_of(const std::filesystem::path& database, const std::filesystem::path& target);

}  // namespace epsim
