#include "platforms/system/input_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "platforms/error.hpp"

namespace epsim {
namespace {

/// Why it is no input; empty: it is.
std::string_view fault_of(std::filesystem::file_type type) {
  switch (type) {
    case std::filesystem::file_type::regular:
      return "";
    case std::filesystem::file_type::directory:
      return "is a folder, not a file";
    case std::filesystem::file_type::fifo:
      return "is a pipe, not a regular file";
    case std::filesystem::file_type::socket:
      return "is a socket, not a regular file";
    case std::filesystem::file_type::block:
    case std::filesystem::file_type::character:
      return "is a device, not a regular file";
    case std::filesystem::file_type::not_found:
      return "does not exist";
    default:
      return "cannot be read";
  }
}

}  // namespace

void check_input_file(const std::filesystem::path& path, const std::string& remedy) {
  if (path.native().find('\0') != std::string::npos)
    throw input_error(path.string(), "is no name of a file", remedy);
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (const std::string_view fault = fault_of(status.type()); !fault.empty())
    throw input_error(path.string(), std::string(fault), remedy);
  if (access(path.c_str(), R_OK) != 0)
    throw input_error(path.string(), std::string("cannot be read: ") + std::strerror(errno), remedy);
}

std::string read_input_file(const std::filesystem::path& path, const std::string& remedy) {
  check_input_file(path, remedy);
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || file.bad()) throw input_error(path.string(), "cannot be read to its end", remedy);
  return text;
}

FileNumber file_at(const std::filesystem::path& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 ? FileNumber{status.st_dev, status.st_ino} : FileNumber{};
}

}  // namespace epsim
