// The launcher, with stand-ins for what it calls: nothing is installed or built.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/cli/command.hpp"

using namespace epsim;
namespace fs = std::filesystem;

namespace {

/// A checkout that holds the launcher alone, in a folder with a space, and a PATH of stand-ins.
class Checkout {
 public:
  Checkout() : root_(folder_.path() / "my checkout"), tools_(folder_.path() / "bin") {
    fs::create_directories(root_);
    fs::create_directories(tools_);
    fs::copy_file(std::string(EPSIM_SOURCE_DIR) + "/epsim", root_ / "epsim");
    for (const char* place : {"analysis/report", "tests/report"}) {
      fs::create_directories(root_ / place);
      for (const char* file : {"package.json", "package-lock.json"})
        (void)folder_.write("my checkout/" + std::string(place) + "/" + file, "{}\n");
    }
    for (const char* tool : {"bash", "env", "dirname", "readlink", "mkdir", "flock", "sed", "grep", "tail",
                             "rm", "tee", "cat", "chmod", "cp"}) {
      for (const char* place : {"/usr/bin/", "/bin/"})
        if (fs::exists(place + std::string(tool)) && !fs::exists(tools_ / tool))
          fs::create_symlink(place + std::string(tool), tools_ / tool);
    }
    tool("id", "echo 1000");
    tool("dpkg-query", "for p in \"$@\"; do case $p in -*|$MISSING) ;; *) echo \"ii  $p\";; esac; done");
    tool("cmake", "while [ \"$1\" != -B ]; do shift; done; : > \"$2/build.ninja\"");
    tool("npm", "exit 0");
    tool("ninja",
         "dir=$2; printf '#!/bin/sh\\necho \"ran $* in $(pwd)\"; exit 7\\n' > \"$dir/epsim\"; chmod +x "
         "\"$dir/epsim\"; "
         "echo 'ninja: no work to do.'");
  }

  void tool(const std::string& name, const std::string& script) const {
    fs::remove(tools_ / name);
    const std::string path = folder_.write("bin/" + name, "#!/bin/bash\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }

  /// Runs the launcher from the folder that holds the checkout.
  [[nodiscard]] CommandResult run(const std::string& arguments, const std::string& environment = "") const {
    const std::string base = folder_.path().string();
    const std::string line = "cd " + base + " && env -i PATH=" + tools_.string() + " " + environment +
                             " './my checkout/epsim' " + arguments + " >" + base + "/stdout 2>" + base +
                             "/stderr";
    const int status = std::system(line.c_str());
    return {WEXITSTATUS(status), read_file(folder_.path() / "stdout"), read_file(folder_.path() / "stderr")};
  }

  [[nodiscard]] std::string folder() const { return folder_.path().string(); }
  void move() {
    fs::rename(root_, folder_.path() / "elsewhere");
    fs::create_directory_symlink("elsewhere", root_);
  }

 private:
  TemporaryFolder folder_;
  fs::path root_;
  fs::path tools_;
};

}  // namespace

TEST_CASE("the launcher builds once then only runs and keeps folder and exit code") {
  Checkout checkout;
  const std::string expected = "ran list a b in " + checkout.folder() + "\n";
  const CommandResult first = checkout.run("list a b");
  CHECK(first.out == expected);
  CHECK(first.err == "epsim: configuring\n");
  CHECK(first.exit_code == 7);
  const CommandResult second = checkout.run("list a b");
  CHECK(second.out == expected);
  CHECK(second.err == "");
  checkout.move();  // CMake refuses the cache of another folder, so it is configured anew
  CHECK(checkout.run("list a b").err == "epsim: configuring\n");
}

TEST_CASE("the launcher names exactly the packages that are missing") {
  const Checkout checkout;
  const CommandResult result = checkout.run("list", "MISSING=libfmt-dev");
  CHECK(result.exit_code == 1);
  CHECK(result.out == "");
  CHECK(result.err ==
        "epsim: error: these packages are missing and there is no sudo: libfmt-dev. As root: apt-get install "
        "libfmt-dev\n");
  // What only the tests need is not asked for by other commands.
  CHECK(checkout.run("list", "MISSING=doctest-dev").exit_code == 7);
  CHECK(checkout.run("test", "MISSING=doctest-dev").err.find("missing and there is no sudo: doctest-dev.") !=
        std::string::npos);
}

TEST_CASE("a failed build shows its end and is tried again") {
  const Checkout checkout;
  checkout.tool("ninja", "echo 'a.cpp:1: error: no'; exit 1");
  const CommandResult result = checkout.run("list");
  CHECK(result.exit_code == 1);
  CHECK(result.out == "");
  CHECK(result.err.find("a.cpp:1: error: no") != std::string::npos);
  CHECK(result.err.find("building failed") != std::string::npos);
}

TEST_CASE("the launcher has npm bring charts only to what draws reports and goes on without") {
  const Checkout checkout;
  checkout.tool("npm", "echo 'no network'; exit 1");
  for (const char* other : {"list", "compare a.json", "sweep a --out b"})
    CHECK(checkout.run(other).err.find("npm") == std::string::npos);
  const CommandResult first = checkout.run("compare a.json --out b");
  CHECK(first.exit_code == 7);
  CHECK(first.err.find("no network") != std::string::npos);
  CHECK(first.err.find("reports have tables but no charts until") != std::string::npos);
  CHECK(checkout.run("compare a.json --out=b").err == "");  // it has been said
  CHECK(checkout.run("report b").err.find("no network") != std::string::npos);
  const CommandResult test = checkout.run("test");
  CHECK(test.exit_code == 1);
  CHECK(test.err.find("the tests of reports need") != std::string::npos);
  checkout.tool("npm", "echo \"$*\"");
  CHECK(checkout.run("report b").err == "epsim: fetching what reports need by npm\n");
  checkout.tool("npm", "exit 1");
  CHECK(checkout.run("report b").err == "");  // it is there
}
