#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/data_arguments.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <iomanip>
#include <memory>
#include <sstream>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments {
  DataArguments data;
  std::string output;
  std::string models;
  std::string detector = AnalyzerOptions().detector;
  ExecutionOptions execution;
  eval::BootstrapOptions bootstrap;
  int threads = 0;

  AnalyzerOptions analyzer_options() const {
    AnalyzerOptions options;
    if (!models.empty()) options.models = models;
    options.detector = detector;
    options.execution = execution;
    return options;
  }
};

/// "ap50 0.541 (0.478 to 0.602)".
std::string line_of(const Figure& figure) {
  std::ostringstream text;
  text << figure.name << ' ' << std::fixed << std::setprecision(3) << figure.value;
  if (figure.interval) text << " (" << figure.interval->low << " to " << figure.interval->high << ')';
  return text.str();
}

void print_figures(Console& console, const DetectionFigures& figures) {
  console.print(concat(figures.films, " films, ", figures.lesions, " lesions, ", figures.patients,
                       " patients; 95 % intervals by patient"));
  for (const Figure& figure : figures.figures) {
    if (figure.interval) console.print(line_of(figure));
  }
}

ExitCode evaluate_detector(const Arguments& arguments) {
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  const data::DetectionSet set = data::load_detection_set(arguments.data.options());
  const OutputFolder output(arguments.output);
  Console console(set.films.size());
  for (const std::string& warning : set.warnings) console.complain("warning: " + warning);

  Analyzer analyzer(arguments.analyzer_options());
  const InterruptWatch watch;
  const FilmCalls calls{.started = [&](const data::AnnotatedFilm& film) { console.started(film.name); },
                        .ended = [&] { console.ended(); },
                        .stop = [] { return InterruptWatch::received() != 0; }};
  const DetectorMarks marks = mark_films(analyzer, set, calls);
  if (InterruptWatch::received() != 0) return ExitCode::nothing;
  const DetectionFigures figures = detection_figures(joined(set, marks.results, mass_category(set)),
                                                     patients_of(set), arguments.bootstrap);
  write_evaluation({.set = set,
                    .figures = figures,
                    .results = marks.results,
                    .bootstrap = arguments.bootstrap,
                    .split = arguments.data.split,
                    .folds = arguments.data.folds,
                    .models = marks.models,
                    .execution = marks.execution},
                   arguments.output);
  print_figures(console, figures);
  console.print("metrics.json, predictions.json and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_command(CLI::App& program, ExitCode& result) {
  CLI::App* command =
      program.add_subcommand("evaluate", "Measures a model on annotated films; writes figures and plots.");
  command->require_subcommand(1);
  add_evaluate_density(*command, result);
  add_evaluate_segmenter(*command, result);
  CLI::App* detector = command->add_subcommand("detector", "How well masses are found.");
  auto arguments = std::make_shared<Arguments>();
  detector->add_option("--data", arguments->data.folder, "Folder of the films")->required();
  add_data_arguments(*detector, arguments->data);
  detector->add_option("--out", arguments->output, "Folder for the results, made where missing")->required();
  detector->add_option("--models", arguments->models,
                       "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  detector->add_option("--model", arguments->detector, "The detector's folder below that of the models")
      ->capture_default_str();
  detector
      ->add_option("--backend", arguments->execution.backend, "Asked first: auto, cpu, onednn or reference")
      ->capture_default_str();
  detector->add_flag("--strict", arguments->execution.strict, "Never fall back on the reference backend");
  detector->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  detector->add_option("--resamples", arguments->bootstrap.resamples, "Draws of the bootstrap over patients")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  detector->callback([arguments, &result] {
    result = evaluate_detector(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
