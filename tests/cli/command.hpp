// Runs the epsim binary as a user would and returns what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace epsim {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal when killed
  std::string out;
  std::string err;
};

/// A folder below the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file in it and returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// A running epsim process whose output goes to files in `folder`.
class Command {
 public:
  Command(const TemporaryFolder& folder, const std::vector<std::string>& arguments);
  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] CommandResult wait();
  /// The process's first child, once it has one; 0 when it ends without.
  [[nodiscard]] int wait_for_child() const;

 private:
  std::filesystem::path folder_;
  int pid_;
};

[[nodiscard]] CommandResult run_epsim(const std::vector<std::string>& arguments);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// A scenario that is shipped, by name.
[[nodiscard]] std::string shipped(const std::string& name);

}  // namespace epsim
