#include "platforms/system/machine.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fstream>

namespace epsim {

double physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  const double physical = pages > 0 && page > 0 ? static_cast<double>(pages) * static_cast<double>(page) : 0;
  std::ifstream limit("/sys/fs/cgroup/memory.max");  // a container's; "max" where there is none
  double allowed = 0;
  return limit >> allowed && allowed < physical ? allowed : physical;
}

bool is_at_terminal() {
  return isatty(STDERR_FILENO) == 1;
}

std::size_t terminal_width() {
  winsize size = {};
  constexpr std::size_t usual = 80;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

void fill_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0) {
      const int null = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
      if (null >= 0 && null != stream) dup2(null, stream);
    }
}

}  // namespace epsim
