// Files that get their names when they are whole. Until then they stand beside their target under a name of
// their own, and they are gone when the object goes or when the process is asked to stop by a signal.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "platforms/error.hpp"

namespace epsim {

/// From now on a signal that asks this process to stop says so in one line, removes all that would not stay,
/// and ends it with exit code 130. Signals that are ignored stay so; whoever handles them for a while is left
/// to. Forked children do nothing of this.
void clean_up_when_interrupted();

/// Something in the file system that goes with this object, or with the process, unless it is kept.
class Unfinished {
 public:
  enum class Kind { file, folder };  ///< a folder goes only when it is empty
  Unfinished(std::filesystem::path path, Kind kind);
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void keep();

 private:
  std::filesystem::path path_;
  Kind kind_;
  int slot_;  // where the signal handler finds it
  bool is_kept_ = false;
};

/// "FOLDER/.NAME.PROCESS.tmp" for "FOLDER/NAME"; the number keeps two runs apart.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& target);

/// Error (simulation) "cannot be written", which names a full disk.
[[nodiscard]] Error cannot_write(const std::filesystem::path& path, const std::string& remedy = "");

/// Gives a file its name where that is free; else it stays what it was. Throws Error (simulation) when it can
/// neither be named nor is there a file of that name.
void rename_if_new(const std::filesystem::path& file, const std::filesystem::path& name);

/// One file. A target that is a link is replaced where it points to.
class OutputFile {
 public:
  /// Throws Error (input) with `option` as place when the target is no regular file, is `input`, through
  /// links too, or cannot be made.
  OutputFile(const std::filesystem::path& target, const std::string& option,
             const std::filesystem::path& input);

  [[nodiscard]] std::ostream& stream() { return stream_; }
  /// Gives it its name. Throws Error (simulation) when it is not whole.
  void commit();

 private:
  std::filesystem::path target_;
  Unfinished temporary_;
  std::ofstream stream_;
};

}  // namespace epsim
