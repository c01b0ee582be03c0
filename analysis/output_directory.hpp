// A folder of results that appears all at once: every file is written under a temporary name and gets its own
// at the end, in the order of creation. Whoever finds the last file has them all.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.hpp"

namespace epsim {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM wait, so that files can be cleaned up.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// Throws Error (interrupted) when one is waiting; it is then done with.
  void throw_if_waiting() const;
};

/// "trace_ring.json"
[[nodiscard]] std::string trace_file_name(PatternKind pattern);

class OutputDirectory {
 public:
  /// Makes the folder and its parents where missing and tries whether files can be made in it. Throws Error
  /// (input) when not.
  explicit OutputDirectory(std::filesystem::path folder);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  /// Removes what was not committed, and the folder if it was made here and is empty.
  ~OutputDirectory();

  /// Writes a file by calling write(std::ostream&). Throws Error (simulation) when it does not all arrive and
  /// Error (interrupted) when Ctrl-C was pressed meanwhile.
  template <class Write>
  void add(const std::string& name, const Write& write) {
    std::ofstream file = open(name);
    write(static_cast<std::ostream&>(file));
    close(file, name);
  }

  /// Gives every file its own name. Throws Error (simulation), and then none of the files stays.
  void commit();

 private:
  [[nodiscard]] std::filesystem::path temporary(const std::string& name) const;
  std::ofstream open(const std::string& name);
  void close(std::ofstream& file, const std::string& name) const;
  void remove_older_traces() const;
  void remove_all() noexcept;

  std::filesystem::path folder_;
  bool made_folder_ = false;
  std::vector<std::string> names_;
  bool is_committed_ = false;
  std::optional<HeldSignals> held_;  // from the first file on; let go after the clean-up
};

}  // namespace epsim
