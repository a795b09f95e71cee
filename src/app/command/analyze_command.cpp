#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/analyzer.hpp"
#include "mammo/app/batch.hpp"
#include "mammo/app/inputs.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/report.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"
#include "mammo/core/threads.hpp"

#include <chrono>
#include <iomanip>
#include <memory>
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
  std::vector<std::string> inputs;
  std::string output;
  std::string voi;
  std::string models;
  double threshold = default_threshold;
  ExecutionOptions execution;
  int threads = 0;
  bool full_size = false;
  bool force = false;
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
  return text.str();
}

Analyzer load(const Arguments& arguments) {
  AnalyzerOptions options;
  if (!arguments.models.empty()) options.models = arguments.models;
  options.execution = arguments.execution;
  return Analyzer(options);
}

ExitCode analyze(const Arguments& arguments) {
  const Clock::time_point start = Clock::now();
  BatchOptions options;
  options.output = arguments.output;
  options.file.analysis.threshold = arguments.threshold;
  if (!arguments.voi.empty()) options.file.analysis.voi = image::parse_voi_choice(arguments.voi);
  options.file.read.accept_any_modality = arguments.force;
  options.results.full_size = arguments.full_size;
  if (arguments.threads > 0) set_thread_budget(arguments.threads);

  const Inputs inputs = collect_inputs(arguments.inputs);
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

  Analyzer analyzer = load(arguments);
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
  const std::string where = counts.analysed == 0 ? "" : "; results are in " + arguments.output;
  console.print(concat(counts.analysed, " analysed, ", failed, " failed, ", inputs.skipped.size(),
                       " skipped in ", seconds_since(start), where));
  if (counts.analysed == 0) return ExitCode::nothing;
  console.print(std::string(not_assessed));
  return failed == 0 ? ExitCode::done : ExitCode::partial;
}

std::string check_threshold(const std::string& text) {
  double value = -1;
  const bool is_number = CLI::detail::lexical_cast(text, value);
  // Written so that NaN is refused too.
  if (is_number && value >= 0 && value <= 1) return {};
  return "\"" + text + "\" is no score, expected 0 to 1";
}

} // namespace

void add_analyze_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand(
      "analyze", "Marks masses on mammograms; writes a report, an overlay and the model's view of each.");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("INPUT", arguments->inputs,
                   "Films (DICOM, PNG, JPEG, TIFF, BMP, PGM), folders of them, or quoted patterns")
      ->required();
  command->add_option("--out", arguments->output, "Folder for the results, made where missing")->required();
  command->add_option("--threshold", arguments->threshold, "Show marks scored at least this, 0 to 1")
      ->check(check_threshold)
      ->capture_default_str();
  command->add_option("--models", arguments->models,
                      "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  command
      ->add_option("--backend", arguments->execution.backend,
                   "Asked first: auto, cpu, onednn, reference, cuda")
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command->add_option(
      "--voi", arguments->voi,
      "Grey scale: lut[:N|:EXPLANATION], window[:N|:EXPLANATION] or full (default: the film's)");
  command->add_flag("--full-size", arguments->full_size, "Overlays of the film's own size");
  command->add_flag("--force", arguments->force, "Take DICOM objects that are no mammograms, too");
  command->add_flag("--strict", arguments->execution.strict, "Never fall back on the reference backend");
  command->callback([arguments, &result] {
    result = analyze(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
