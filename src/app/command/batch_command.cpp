#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/film_arguments.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/analyzer.hpp"
#include "mammo/app/batch.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/process_memory.hpp"
#include "mammo/app/report.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments {
  AnalysisArguments film;
  int jobs = 0;
  bool resume = false;
  bool by_suspicion = false;
  std::string rows = "film";
};

ExitCode batch(const Arguments& arguments) {
  const FilmBatchOptions options{
      .input = arguments.film.inputs.at(0),
      .output = arguments.film.output,
      .jobs = arguments.jobs,
      .resume = arguments.resume,
      .file = arguments.film.file_options(),
      .results = {.full_size = arguments.film.full_size},
      .summary = {.by_suspicion = arguments.by_suspicion, .by_exam = arguments.rows == "exam"}};
  return_freed_blocks();
  if (arguments.film.threads > 0) set_thread_budget(arguments.film.threads);
  std::error_code error;
  if (!std::filesystem::is_directory(options.input, error)) {
    throw FileError(options.input.string(), "is no folder, expected one of films");
  }
  const OutputFolder output(options.output);
  const Analyzer analyzer(arguments.film.analyzer_options());
  const InterruptWatch watch;
  std::optional<Console> console;
  std::size_t refused = 0;
  const FilmBatchReport report =
      run_batch(analyzer, options,
                {.begins =
                     [&](std::size_t films, std::size_t finished) {
                       console.emplace(films - finished);
                       if (finished > 0)
                         console->print(concat(finished, " of ", films, " films were finished before"));
                     },
                 .refused =
                     [&](const Refusal& refusal) {
                       Console(1).complain(refusal.name + ": " + refusal.reason);
                       ++refused;
                     },
                 .started = [&](const std::filesystem::path& film) { console->started(film.string()); },
                 .ended =
                     [&](const std::filesystem::path& film, const std::string& reason) {
                       if (!reason.empty()) console->complain(film.string() + ": " + reason);
                       console->ended();
                     },
                 .stop = [] { return InterruptWatch::received() != 0; }});
  const std::size_t done = report.analysed + report.finished_before;
  const std::size_t failed = report.failed + refused;
  console->print(concat(done, " analysed, ", failed, " failed",
                        report.cancelled ? "; interrupted, --resume goes on"
                                         : "; the table is " + (options.output / "summary.csv").string()));
  if (done == 0) return ExitCode::nothing;
  console->print(std::string(not_assessed));
  return failed == 0 ? ExitCode::done : ExitCode::partial;
}

} // namespace

void add_batch_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "batch", "Analyses a folder of films, several at once, in a run that can be stopped and gone on with.");
  auto arguments = std::make_shared<Arguments>();
  add_analysis_arguments(*command, arguments->film);
  command->get_option("INPUT")->expected(1)->description("Folder of films, searched to the bottom");
  command->add_option("--jobs", arguments->jobs, "Films in flight (default: as many as there are threads)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--resume", arguments->resume,
                    "Go on with the run in the output folder, if there is one");
  command->add_flag("--by-suspicion", arguments->by_suspicion, "Rows of the table by their best score");
  command->add_option("--rows", arguments->rows, "Of the table: film, or exam for the films of a folder")
      ->check(CLI::IsMember({"film", "exam"}))
      ->capture_default_str();
  command->callback([arguments, &result] {
    result = batch(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
