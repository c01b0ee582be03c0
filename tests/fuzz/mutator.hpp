// Wrong inputs from right ones. The same seed makes the same inputs.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/random.hpp"

namespace epsim {

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  /// One of the corpus with a few changes: of bytes, of words that readers may stumble over, and for JSON of
  /// values and members.
  [[nodiscard]] std::string next(const std::vector<std::string>& corpus, bool is_json);

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  [[nodiscard]] const std::string& one_of(const std::vector<std::string>& corpus);
  void change_bytes(std::string& text, const std::string& other);
  [[nodiscard]] bool change_values(std::string& text, const std::string& other);
  void change_node(nlohmann::json& node, const nlohmann::json& other);

  SplitMix64 random_;
};

}  // namespace epsim
