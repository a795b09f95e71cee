#pragma once

#include <string>
#include <vector>

namespace mammo::test {

// The program of a lesson, such as `01_tensors`.
std::string lesson_program(const std::string& name);

// Runs a lesson of examples/ and gives the lines that it printed. Requires that it
// succeeds, and that it prints what the syllabus (examples/README.md) says, numbers apart: those differ
// between machines, and each lesson's own test looks at them. Where the syllabus has a line `...`, any lines
// may stand.
std::vector<std::string> run_lesson(const std::string& name, const std::vector<std::string>& arguments = {});

// The numbers of a line in their order, of what follows the first `after` where that is given.
std::vector<double> numbers(const std::string& line, const std::string& after = "");
double last_number(const std::string& line);

} // namespace mammo::test
