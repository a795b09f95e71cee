#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/film_arguments.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/analyzer.hpp"
#include "mammo/app/batch.hpp"
#include "mammo/app/inputs.hpp"
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

struct Arguments {
  FilmArguments film;
  double threshold = default_threshold;
  std::optional<double> prevalence;
};

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

ExitCode analyze(const Arguments& arguments) {
  const Clock::time_point start = Clock::now();
  BatchOptions options;
  options.output = arguments.film.output;
  options.file = arguments.film.file_options();
  options.file.analysis.threshold = arguments.threshold;
  options.file.analysis.prevalence = arguments.prevalence;
  options.results.full_size = arguments.film.full_size;
  if (arguments.film.threads > 0) set_thread_budget(arguments.film.threads);

  const Inputs inputs = collect_inputs(arguments.film.inputs);
  Console console(inputs.images.size());
  for (const Refusal& refusal : inputs.refused) console.complain(refusal.name + ": " + refusal.reason);
  for (const Refusal& other : inputs.skipped) {
    console.print("skipped " + other.name + ": " + other.reason);
  }
  if (inputs.images.empty()) return ExitCode::nothing;

  const OutputFolder output(options.output);
  set_log_sink([&console](LogLevel level, const std::string& line) {
    if (level != LogLevel::debug) console.complain((level == LogLevel::info ? "note: " : "warning: ") + line);
  });
  struct SinkReset {
    ~SinkReset() { set_log_sink({}); }
  } const reset_sink;

  Analyzer analyzer(arguments.film.analyzer_options());
  const InterruptWatch watch;
  Clock::time_point film_start;
  const BatchCalls calls{.started =
                             [&](const InputFile& input) {
                               film_start = Clock::now();
                               console.started(input.path.string());
                             },
                         .ended =
                             [&](const Outcome& outcome) {
                               const std::string name = outcome.input.path.string();
                               if (outcome.analysis == nullptr) {
                                 console.complain(name + ": " + outcome.reason);
                               } else {
                                 console.print(name + ": " + summary_of(*outcome.analysis) + ", " +
                                               seconds_since(film_start));
                               }
                               console.ended();
                             },
                         .stop = [] { return InterruptWatch::received() != 0; }};
  const BatchCounts counts = analyze_batch(analyzer, inputs.images, options, calls);

  const std::size_t failed = counts.failed + inputs.refused.size();
  const std::string where = counts.analysed == 0 ? "" : "; results are in " + arguments.film.output;
  console.print(concat(counts.analysed, " analysed, ", failed, " failed, ", inputs.skipped.size(),
                       " skipped in ", seconds_since(start), where));
  if (counts.analysed == 0) return ExitCode::nothing;
  console.print(std::string(not_assessed));
  return failed == 0 ? ExitCode::done : ExitCode::partial;
}

} // namespace

void add_analyze_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "analyze", "Marks masses on mammograms; writes a report, an overlay and the model's view of each.");
  auto arguments = std::make_shared<Arguments>();
  add_film_arguments(*command, arguments->film);
  command->add_option("--threshold", arguments->threshold, "Show marks scored at least this, 0 to 1")
      ->check(number_up_to(1))
      ->capture_default_str();
  command
      ->add_option(
          "--prevalence", arguments->prevalence,
          "Convert malignancy scores to what they would be where this fraction of lesions is malignant")
      ->check(number_up_to(1));
  command->callback([arguments, &result] {
    result = analyze(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
