// Runs the epsim binary as a user would and returns what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace epsim {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal when killed
  std::string out;
  std::string err;
};

/// A running epsim process whose output goes to files in `folder`. It runs in `working`, if given.
class Command {
 public:
  Command(const TemporaryFolder& folder, const std::vector<std::string>& arguments,
          const std::filesystem::path& working = {});
  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] CommandResult wait();
  /// The process's first child, once it has one; 0 when it ends without.
  [[nodiscard]] int wait_for_child() const;

 private:
  std::filesystem::path folder_;
  int pid_;
};

[[nodiscard]] CommandResult run_epsim(const std::vector<std::string>& arguments);
/// Runs a line of shell in `folder`, with the program's path in EPSIM.
[[nodiscard]] CommandResult run_shell(const std::string& line, const std::filesystem::path& folder);
/// A scenario that is shipped, by name.
[[nodiscard]] std::string shipped(const std::string& name);

}  // namespace epsim
