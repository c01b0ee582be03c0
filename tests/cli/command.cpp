#include "tests/cli/command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace epsim {
namespace {

void redirect(int descriptor, const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
}

}  // namespace

Command::Command(const TemporaryFolder& folder, const std::vector<std::string>& arguments,
                 const std::filesystem::path& working)
    : folder_(folder.path()), pid_(fork()) {
  if (pid_ != 0) return;
  redirect(STDOUT_FILENO, folder_ / "stdout");
  redirect(STDERR_FILENO, folder_ / "stderr");
  if (!working.empty() && chdir(working.c_str()) != 0) _exit(126);
  std::vector<std::string> words{EPSIM_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(EPSIM_BINARY, argv.data());
  _exit(127);
}

CommandResult Command::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  CommandResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_file(folder_ / "stdout");
  result.err = read_file(folder_ / "stderr");
  return result;
}

int Command::wait_for_child() const {
  const std::string process = "/proc/" + std::to_string(pid_);
  for (int attempt = 0; attempt < 20'000; ++attempt) {
    std::ifstream children(process + "/task/" + std::to_string(pid_) + "/children");
    if (int child = 0; children >> child) return child;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return 0;
}

CommandResult run_epsim(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  return Command(folder, arguments).wait();
}

CommandResult run_shell(const std::string& line, const std::filesystem::path& folder) {
  const TemporaryFolder outputs;
  const pid_t shell = fork();
  if (shell == 0) {
    redirect(STDOUT_FILENO, outputs.path() / "stdout");
    redirect(STDERR_FILENO, outputs.path() / "stderr");
    setenv("EPSIM", EPSIM_BINARY, 1);
    if (chdir(folder.c_str()) != 0) _exit(126);
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(shell, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(outputs.path() / "stdout"), read_file(outputs.path() / "stderr")};
}

std::string shipped(const std::string& name) {
  return std::string(EPSIM_SOURCE_DIR) + "/scenarios/" + name + ".json";
}

}  // namespace epsim
