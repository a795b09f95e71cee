#include "tests/app/lesson.hpp"

#include "mammo/core/file.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <regex>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace mammo::test {

namespace {

const std::regex number_pattern(R"([-+]?(\d+(\.\d+)?(e[-+]?\d+)?|inf|nan)\b)");

std::string without_numbers(const std::string& line) {
  // The columns of a table move with the lengths of its numbers.
  return std::regex_replace(std::regex_replace(line, number_pattern, "#"), std::regex(" +"), " ");
}

// What the syllabus prints below `<!-- prints NAME -->`.
std::vector<std::string> printed_in_syllabus(const std::string& name) {
  const std::string page = read_text(source_dir() / "examples/README.md");
  const std::string mark = "<!-- prints " + name + " -->\n```\n";
  const auto begin = page.find(mark);
  if (begin == std::string::npos) throw std::runtime_error("examples/README.md does not print " + name);
  const auto text = begin + mark.size();
  return lines(page.substr(text, page.find("```", text) - text));
}

void check_reads_alike(const std::vector<std::string>& printed, const std::vector<std::string>& expected) {
  std::size_t at = 0;
  bool any = false; // lines of "..." were passed just now
  for (const std::string& line : expected) {
    if (line == "...") {
      any = true;
      continue;
    }
    const std::string words = without_numbers(line);
    while (any && at < printed.size() && without_numbers(printed[at]) != words) ++at;
    any = false;
    REQUIRE(at < printed.size());
    CHECK(without_numbers(printed[at++]) == words);
  }
  CHECK((any || at == printed.size()));
}

} // namespace

std::string lesson_program(const std::string& name) {
  return std::string(LESSONS_FOLDER "/example_") + name;
}

std::vector<std::string> run_lesson(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{lesson_program(name)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Ended ended = run_program(command);
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  auto printed = lines(ended.out);
  check_reads_alike(printed, printed_in_syllabus(name));
  return printed;
}

std::vector<double> numbers(const std::string& line, const std::string& after) {
  const auto place = line.find(after);
  INFO(line);
  REQUIRE(place != std::string::npos);
  const std::string text = line.substr(place + after.size());
  std::vector<double> found;
  for (std::sregex_iterator number(text.begin(), text.end(), number_pattern), end; number != end; ++number) {
    found.push_back(std::stod(number->str()));
  }
  return found;
}

double last_number(const std::string& line) {
  const auto found = numbers(line);
  REQUIRE(!found.empty());
  return found.back();
}

} // namespace mammo::test
