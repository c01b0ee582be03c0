// The readers of what users give, as one kind of function: bytes in, accepted or refused.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace epsim {

enum class Verdict { accepted, refused };

struct Reader {
  std::string_view name;  ///< also of its folder in corpus/
  bool is_json = false;
  /// `scratch` is an empty folder that it may write to. Throws Error (input) for what it refuses; anything
  /// else that it throws is a fault.
  void (*read)(std::string_view bytes, const std::filesystem::path& scratch);
};

[[nodiscard]] std::span<const Reader> readers();

/// Throws what is a fault, running out of memory included: sizes are checked before anything is made of them.
[[nodiscard]] Verdict feed(const Reader& reader, std::string_view bytes,
                           const std::filesystem::path& scratch);

/// What mutation starts from: the reader's folder in corpus/, what is shipped, and for databases the results
/// of a small sweep with each of the damages in corpus/database.
[[nodiscard]] std::vector<std::string> corpus_of(const Reader& reader, const std::filesystem::path& scratch);

}  // namespace epsim
