// Links in the documents lead somewhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> documents() {
  std::vector<fs::path> found = {fs::path(EPSIM_SOURCE_DIR) / "README.md"};
  for (const char* floor : {"platforms", "sim", "analysis", "scenarios", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(EPSIM_SOURCE_DIR) / floor))
      if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

/// The name by which a heading is linked to: lower case, without punctuation, hyphens for blanks.
std::set<std::string> anchors_in(const std::string& text) {
  std::set<std::string> anchors;
  const std::regex heading("(^|\n)#+ ([^\n]*)");
  for (std::sregex_iterator at(text.begin(), text.end(), heading), end; at != end; ++at) {
    std::string anchor;
    for (const char c : (*at)[2].str()) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-')
        anchor += static_cast<char>(std::tolower(c));
      if (c == ' ') anchor += '-';
    }
    anchors.insert(anchor);
  }
  return anchors;
}

}  // namespace

TEST_CASE("documents: every link leads to a file, and to a heading where it names one") {
  const std::regex link(R"(\]\(([^)#]*)(#([^)]*))?\))");
  int links = 0;
  for (const fs::path& document : documents()) {
    const std::string text = text_of(document);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1].str();
      if (target.starts_with("http")) continue;
      const fs::path file = target.empty() ? document : document.parent_path() / target;
      CAPTURE(document.string());
      CAPTURE(at->str());
      CHECK(fs::exists(file));
      if ((*at)[3].matched) CHECK(anchors_in(text_of(file)).contains((*at)[3].str()));
      ++links;
    }
  }
  CHECK(links > 80);
}

TEST_CASE("documents: the README stays one to read") {
  const std::string text = text_of(fs::path(EPSIM_SOURCE_DIR) / "README.md");
  CHECK(std::ranges::count(text, '\n') <= 150);
}
