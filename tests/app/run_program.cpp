#include "tests/app/run_program.hpp"

#include <array>
#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mammo::test {

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> as_argv(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  return argv;
}

int status_of(int process) {
  int status = 0;
  if (::waitpid(process, &status, 0) != process) throw std::runtime_error("waitpid failed");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

Program::Program(const std::vector<std::string>& command) {
  std::string name = (fs::temp_directory_path() / "mammo-run-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot make a temporary folder");
  folder_ = name;
  const std::string out = folder_ / "out";
  const std::string err = folder_ / "err";
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  const int failed =
      ::posix_spawn(&process_, command.at(0).c_str(), &actions, nullptr, as_argv(command).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(command[0] + ": cannot be started");
}

Program::~Program() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Program::signal(int number) const {
  ::kill(process_, number);
}

std::string Program::out_so_far() const {
  return contents(folder_ / "out");
}

double Program::processor_seconds() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    throw std::runtime_error("no clock of process " + std::to_string(process_));
  }
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

Ended Program::wait() {
  const int status = status_of(process_);
  process_ = -1;
  return {status, contents(folder_ / "out"), contents(folder_ / "err")};
}

Ended run_program(const std::vector<std::string>& command) {
  return Program(command).wait();
}

std::vector<std::string> mammo_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{MAMMO_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Ended mammo_program(const std::vector<std::string>& arguments) {
  return run_program(mammo_command(arguments));
}

Ended mammo_on_terminal(const std::vector<std::string>& arguments) {
  const std::vector<std::string> command = mammo_command(arguments);
  const std::vector<char*> argv = as_argv(command);
  int terminal = -1;
  const int process = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (process < 0) throw std::runtime_error("forkpty failed");
  if (process == 0) {
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::string shown;
  std::array<char, 4096> buffer{};
  // At the program's end Linux lets the read fail with EIO.
  for (ssize_t got = 0; (got = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
    shown.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(terminal);
  return {status_of(process), shown, {}};
}

std::set<std::string> below(const fs::path& folder) {
  std::set<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

void check_bad_usage(const std::vector<std::vector<std::string>>& calls) {
  for (const auto& arguments : calls) {
    std::string call = "mammo";
    for (const std::string& word : arguments) call += ' ' + word;
    INFO(call);
    const Ended ended = mammo_program(arguments);
    CHECK(ended.status == 2);
    CHECK(lines(ended.err).size() == 1);
    CHECK(ended.out.empty());
  }
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) found.push_back(line);
  }
  return found;
}

} // namespace mammo::test
