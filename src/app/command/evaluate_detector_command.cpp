#include "app/command/evaluate_arguments.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/core/error.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments : EvaluateArguments {
  std::string detector = AnalyzerOptions().detector;
  std::string presence = AnalyzerOptions().presence;
};

ExitCode evaluate_detector(const Arguments& arguments) {
  const data::DetectionSet set = data::load_detection_set(arguments.data.options());
  const OutputFolder output(arguments.output);
  Console console(set.films.size());
  for (const std::string& warning : set.warnings) console.complain("warning: " + warning);

  AnalyzerOptions options = arguments.analyzer_options();
  options.detector = arguments.detector;
  options.presence = arguments.presence;
  Analyzer analyzer(options);
  const InterruptWatch watch;
  const DetectorMarks marks = mark_films(analyzer, set, film_calls(console));
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
  console.print(concat(figures.films, " films, ", figures.lesions, " lesions, ", figures.patients,
                       " patients; 95 % intervals by patient"));
  print_figures(console, figures.figures);
  console.print("metrics.json, predictions.json and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_detector(CLI::App& evaluate_command, ExitCode& result) {
  CLI::App* command = evaluate_command.add_subcommand("detector", "How well masses are found.");
  auto arguments = std::make_shared<Arguments>();
  add_evaluate_arguments(*command, *arguments);
  command->add_option("--model", arguments->detector, "The detector's folder below that of the models")
      ->capture_default_str();
  command
      ->add_option(
          "--presence", arguments->presence,
          "The folder of the model that looks again at each mark, where it is there; \"\": none looks")
      ->capture_default_str();
  command->callback(
      [arguments, &result] { finish_evaluation(result, [&] { return evaluate_detector(*arguments); }); });
}

} // namespace mammo::app
