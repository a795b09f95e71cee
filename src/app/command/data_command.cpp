#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/data_arguments.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/data_check.hpp"
#include "mammo/core/error.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

ExitCode check(const DataArguments& arguments) {
  const std::vector<DataPart> parts = load_parts(arguments.options());
  std::size_t films = 0;
  for (const DataPart& part : parts) films += part.set.films.size();
  Console console(films);
  const InterruptWatch watch;
  const DataCheck found =
      check_data(parts, {.started = [&](const data::AnnotatedFilm& film) { console.started(film.name); },
                         .ended = [&] { console.ended(); },
                         .stop = [] { return InterruptWatch::received() != 0; }});
  if (InterruptWatch::received() != 0) return ExitCode::nothing;
  for (const std::string& line : found.counts) console.print(line);
  for (const std::string& problem : found.problems) console.print("problem: " + problem);
  console.print(concat(found.problems.size(), found.problems.size() == 1 ? " problem" : " problems"));
  return found.problems.empty() ? ExitCode::done : ExitCode::partial;
}

} // namespace

void add_data_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand("data", "Looks at data sets.");
  command->require_subcommand(1);
  CLI::App* below = command->add_subcommand(
      "check", "Counts what a folder of annotated films holds, and finds what is wrong with it.");
  auto arguments = std::make_shared<DataArguments>();
  below->add_option("DIR", arguments->folder, "Folder of films, or of folders of films")->required();
  add_data_arguments(*below, *arguments);
  below->callback([arguments, &result] {
    result = check(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
