#include "app/command/commands.hpp"
#include "app/command/film_arguments.hpp"
#include "app/command/film_run.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/analyzer.hpp"
#include "mammo/app/film_pipelines.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/report.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

using Clock = std::chrono::steady_clock;

std::string seconds_since(Clock::time_point start) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << std::chrono::duration<double>(Clock::now() - start).count()
       << " s";
  return text.str();
}

/// "2 marks, best 0.71"; never a word that could be taken for an all-clear.
std::string summary_of(const Analysis& analysis) {
  const std::size_t count = analysis.detections.size();
  if (count == 0) return concat("no mark at ", analysis.threshold, " or above");
  std::ostringstream text;
  text << count << (count == 1 ? " mark" : " marks") << ", best " << std::fixed << std::setprecision(2)
       << analysis.detections.front().score;
  const auto& marks = analysis.detections;
  const auto most =
      std::ranges::max_element(marks, {}, [](const Detection& mark) { return mark.malignancy.value_or(-1); });
  if (most->malignancy) text << ", highest malignancy score " << *most->malignancy;
  return text.str();
}

/// Notes and warnings of the library, as lines of the console, while it lives.
struct ConsoleLog {
  explicit ConsoleLog(Console& console) {
    set_log_sink([&console](LogLevel level, const std::string& line) {
      if (level != LogLevel::debug)
        console.complain((level == LogLevel::info ? "note: " : "warning: ") + line);
    });
  }
  ~ConsoleLog() { set_log_sink({}); }
  ConsoleLog(const ConsoleLog&) = delete;
  ConsoleLog& operator=(const ConsoleLog&) = delete;
};

ExitCode analyze(const AnalysisArguments& arguments) {
  const Clock::time_point start = Clock::now();
  const FileOptions file = arguments.file_options();
  if (arguments.threads > 0) set_thread_budget(arguments.threads);

  FilmRun run(arguments.inputs);
  if (run.images().empty()) return ExitCode::nothing;
  const OutputFolder output(arguments.output);
  const ConsoleLog log(run.console());
  const Analyzer analyzer(arguments.analyzer_options());
  const InterruptWatch watch;
  run.go(
      arguments.output, analysis_pipeline(&analyzer, file, {.full_size = arguments.full_size}, run.images()) |
                            [](const AnalyzedFilm& film) {
                              return summary_of(film.analysis) + ", " + seconds_since(film.task.begun);
                            });

  const std::string where = run.done() == 0 ? "" : "; results are in " + arguments.output;
  run.console().print(concat(run.done(), " analysed, ", run.failed(), " failed, ", run.skipped(),
                             " skipped in ", seconds_since(start), where));
  if (run.done() > 0) run.console().print(std::string(not_assessed));
  return run.exit_code();
}

} // namespace

void add_analyze_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "analyze", "Marks masses on mammograms; writes a report, an overlay and the model's view of each.");
  auto arguments = std::make_shared<AnalysisArguments>();
  add_analysis_arguments(*command, *arguments);
  command->callback([arguments, &result] {
    result = analyze(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
