#include "scenarios/commands/command_line.hpp"

int main(int argc, char** argv) {
  return epsim::run_command_line(argc, argv);
}
