#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace mammo::test {

// A program's end: its exit status (128 + the signal that ended it), and what it wrote.
struct Ended {
  int status = 0;
  std::string out;
  std::string err;
};

// A running program, standard output and error going to files. Killed when the object goes.
class Program {
 public:
  explicit Program(const std::vector<std::string>& command);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  std::string out_so_far() const;
  // Used so far, in all its threads.
  double processor_seconds() const;
  Ended wait();

 private:
  std::filesystem::path folder_;
  int process_ = -1;
};

Ended run_program(const std::vector<std::string>& command);

// The mammo program of this build, with these arguments.
Ended mammo_program(const std::vector<std::string>& arguments);
std::vector<std::string> mammo_command(const std::vector<std::string>& arguments);

// The same on a terminal; what it shows there, both streams together.
Ended mammo_on_terminal(const std::vector<std::string>& arguments);

// Every file below a folder, relative to it.
std::set<std::string> below(const std::filesystem::path& folder);

// That mammo refuses each of these calls as bad usage: one line on standard error and exit code 2.
void check_bad_usage(const std::vector<std::vector<std::string>>& calls);

// Non-empty lines.
std::vector<std::string> lines(const std::string& text);

} // namespace mammo::test
