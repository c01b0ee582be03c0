#include "scenarios/reader/named_files.hpp"

#include <nlohmann/json.hpp>
#include <system_error>

namespace epsim {
namespace {

void add_files(const nlohmann::json& value, const std::filesystem::path& folder,
               std::vector<NamedFile>& files) {
  if (value.is_structured())
    for (const nlohmann::json& member : value) add_files(member, folder, files);
  if (!value.is_string()) return;
  const auto& name = value.get_ref<const std::string&>();
  std::error_code error;
  if (std::filesystem::is_regular_file(folder / name, error)) files.push_back({name, folder / name});
}

}  // namespace

std::vector<NamedFile> files_named_in(const nlohmann::json& value, const std::filesystem::path& folder) {
  std::vector<NamedFile> files;
  add_files(value, folder, files);
  return files;
}

}  // namespace epsim
