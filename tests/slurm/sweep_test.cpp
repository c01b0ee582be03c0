// A sweep on a real Slurm cluster of one machine, started here. Needs root and Debian's slurmctld, slurmd and
// munge; elsewhere the test says why it is skipped.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "tests/cli/sweep_runs.hpp"

using namespace epsim;

namespace {

/// A program that runs in the background until it is destroyed.
class Daemon {
 public:
  Daemon(const std::vector<std::string>& words, const std::filesystem::path& log) : pid_(fork()) {
    if (pid_ != 0) return;
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    std::vector<std::string> copy = words;
    std::vector<char*> argv;
    for (std::string& word : copy) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

 private:
  int pid_;
};

std::string output_of(const std::string& command) {
  std::string text;
  FILE* stream = popen((command + " 2>/dev/null").c_str(), "r");
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, stream)) text.append(buffer, size);
  pclose(stream);
  return text;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::seconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

std::string short_host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return std::string(name).substr(0, std::string(name).find('.'));
}

std::string configuration(const std::filesystem::path& folder) {
  const int port = 20000 + getpid() % 10000 * 2;
  return fmt::format(
      "ClusterName=epsim\nSlurmctldHost=localhost\nSlurmUser=root\nSlurmdUser=root\n"
      "AuthType=auth/munge\nAuthInfo=socket={0}/munge.sock\nCredType=cred/munge\n"
      "SlurmctldPort={1}\nSlurmdPort={2}\nStateSaveLocation={0}/state\nSlurmdSpoolDir={0}/spool\n"
      "SlurmctldPidFile={0}/c.pid\nSlurmdPidFile={0}/d.pid\nSlurmctldLogFile={0}/c.log\nSlurmdLogFile={0}/"
      "d.log\n"
      "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\n"
      "AccountingStorageType=accounting_storage/none\nSwitchType=switch/none\nMpiDefault=none\n"
      "SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nReturnToService=2\n"
      "SchedulerParameters=sched_interval=1,bf_interval=1\n"
      "NodeName=localhost NodeHostname={3} NodeAddr=127.0.0.1 CPUs={4} RealMemory=512 State=UNKNOWN\n"
      "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n",
      folder.string(), port, port + 1, short_host_name(),
      std::clamp(std::thread::hardware_concurrency(), 1u, 2u));
}

void write_secret(const std::filesystem::path& path) {
  std::random_device random;
  std::string bytes(128, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  std::ofstream(path) << bytes;
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

/// munged, slurmctld and slurmd, in that order.
class SlurmCluster {
 public:
  SlurmCluster() {
    const std::filesystem::path folder = folder_.path();
    for (const char* name : {"state", "spool"}) std::filesystem::create_directory(folder / name);
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    write_secret(folder / "munge.key");
    const std::string conf = folder_.write("slurm.conf", configuration(folder));
    setenv("SLURM_CONF", conf.c_str(), 1);
    const std::string f = folder.string() + "/munge.";
    daemons_.push_back(std::make_unique<Daemon>(
        std::vector<std::string>{"/usr/sbin/munged", "-F", "--force", "--key-file=" + f + "key",
                                 "--socket=" + f + "sock", "--pid-file=" + f + "pid",
                                 "--log-file=" + f + "log", "--seed-file=" + f + "seed"},
        folder / "munged.out"));
    if (!wait_until([&] { return std::filesystem::exists(f + "sock"); }, std::chrono::seconds(10))) return;
    daemons_.push_back(std::make_unique<Daemon>(
        std::vector<std::string>{"/usr/sbin/slurmctld", "-D", "-c", "-f", conf}, folder / "slurmctld.out"));
    daemons_.push_back(std::make_unique<Daemon>(
        std::vector<std::string>{"/usr/sbin/slurmd", "-D", "-c", "-N", "localhost", "-f", conf},
        folder / "slurmd.out"));
    is_up_ =
        wait_until([] { return output_of("sinfo -h -o %T").starts_with("idle"); }, std::chrono::seconds(30));
  }
  ~SlurmCluster() {
    while (!daemons_.empty()) daemons_.pop_back();
    unsetenv("SLURM_CONF");
  }
  [[nodiscard]] bool is_up() const { return is_up_; }
  [[nodiscard]] std::string logs() const {
    std::string text;
    for (const char* name : {"munged.out", "slurmctld.out", "slurmd.out"})
      text += read_file(folder_.path() / name);
    return text;
  }

 private:
  TemporaryFolder folder_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
  bool is_up_ = false;
};

/// Why Slurm cannot run here; empty when it can.
std::string reason_to_skip() {
  if (geteuid() != 0) return "not root";
  for (const char* program :
       {"/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"})
    if (!std::filesystem::exists(program)) return std::string(program) + " is missing";
  return "";
}

}  // namespace

TEST_CASE("a sweep as a Slurm job array ends in one merged database") {
  if (const std::string reason = reason_to_skip(); !reason.empty()) {
    MESSAGE("skipped: " << reason);
    return;
  }
  const SlurmCluster cluster;
  if (!cluster.is_up()) {
    MESSAGE("skipped: Slurm does not start here: " << cluster.logs());
    return;
  }
  const SweepRun whole(10);
  REQUIRE(whole.epsim({"sweep", whole.file()}).exit_code == 0);
  const SweepRun run(10);
  const CommandResult result = run.epsim(
      {"sweep", "points.json", "--slurm", "--shards", "3", "--sbatch=--time=5", "--sbatch=--partition=main"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  CHECK_MESSAGE(result.out.find("10 points in 3 tasks of job 1; job 2 then merges") != std::string::npos,
                result.out);
  const bool has_ended = wait_until(
      [] { return output_of("scontrol -o show job 2").find("JobState=COMPLETED") != std::string::npos; },
      std::chrono::seconds(120));
  CHECK_MESSAGE(has_ended, output_of("scontrol -o show job"));
  CHECK(read_file(run.folder() / "points.slurm" / "shard-2.log").find("points to run") != std::string::npos);
  CHECK(run.table() == whole.table());
}

TEST_CASE("without Slurm the scripts are written and sbatch's absence is told") {
  const SweepRun run(2);
  const std::string path = std::getenv("PATH");
  setenv("PATH", run.folder().c_str(), 1);
  const CommandResult result = run.epsim({"sweep", run.file(), "--slurm"});
  setenv("PATH", path.c_str(), 1);
  CHECK(result.exit_code == 1);
  CHECK_MESSAGE(result.err.find("sbatch: refused") != std::string::npos, result.err);
  CHECK(read_file(run.folder() / "points.slurm" / "array.sh").find("--array=1-2") != std::string::npos);
}
