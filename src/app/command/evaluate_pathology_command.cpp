#include "app/command/evaluate_arguments.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/pathology_evaluation.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"

#include <set>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

struct Arguments : EvaluateArguments {
  std::string pathology = AnalyzerOptions().pathology;
  std::vector<int> baseline_folds;
  bool true_boxes_only = false;
};

/// The folds that the baseline learns from: all but those evaluated and fold 0, which is for reporting.
std::vector<int> default_baseline_folds(const data::DetectionSetOptions& options) {
  data::DetectionSetOptions all = options;
  all.folds.clear();
  std::set<int> folds;
  for (const data::AnnotatedFilm& film : data::load_detection_set(all).films) {
    if (film.fold && *film.fold != 0) folds.insert(*film.fold);
  }
  for (const int fold : options.folds) folds.erase(fold);
  return {folds.begin(), folds.end()};
}

struct Baseline {
  std::optional<eval::LogisticModel> model;
  std::vector<int> folds;
};

Baseline baseline_of(const Arguments& arguments, const models::LesionInputConfig& input, Console& console) {
  data::DetectionSetOptions options = arguments.data.options();
  if (options.split.empty() || options.folds.empty()) return {};
  Baseline baseline{.model = {}, .folds = arguments.baseline_folds};
  if (baseline.folds.empty()) baseline.folds = default_baseline_folds(options);
  if (baseline.folds.empty()) return {};
  options.folds = baseline.folds;
  const std::vector<ScoredLesion> lesions =
      score_lesions(input, nullptr, data::load_detection_set(options), {},
                    {.started = {}, .ended = {}, .stop = [] { return InterruptWatch::received() != 0; }});
  if (InterruptWatch::received() != 0) return {};
  console.print(concat("size and brightness of ", lesions.size(), " lesions of the training folds measured"));
  baseline.model = fit_baseline(lesions);
  return baseline;
}

ExitCode evaluate_pathology(const Arguments& arguments) {
  const data::DetectionSet set = data::load_detection_set(arguments.data.options());
  const OutputFolder output(arguments.output);
  Console console(set.films.size());
  for (const std::string& warning : set.warnings) console.complain("warning: " + warning);
  const InterruptWatch watch;
  const ExecutionScope execution(arguments.execution);

  AnalyzerOptions options = arguments.analyzer_options();
  const std::filesystem::path folder = options.models / arguments.pathology;
  const models::PathologyModel model = models::load_pathology(folder);
  DetectorMarks marks;
  if (!arguments.true_boxes_only) {
    Analyzer analyzer(options);
    marks = mark_films(analyzer, set, film_calls(console));
  }
  const std::vector<ScoredLesion> lesions =
      score_lesions(model.config.input, &model, set, marks.results, film_calls(console));
  const Baseline baseline = baseline_of(arguments, model.config.input, console);
  if (InterruptWatch::received() != 0) return ExitCode::nothing;

  const PathologyFigures figures =
      pathology_figures(lesions, model.config.calibration, baseline.model, arguments.bootstrap);
  std::vector<ModelRecord> records = marks.models;
  records.push_back(model_record("malignancy score", model.config, folder));
  write_evaluation({.set = set,
                    .figures = figures,
                    .lesions = lesions,
                    .calibration = model.config.calibration,
                    .baseline = baseline.model,
                    .baseline_folds = baseline.folds,
                    .bootstrap = arguments.bootstrap,
                    .split = arguments.data.split,
                    .folds = arguments.data.folds,
                    .models = std::move(records),
                    .execution = execution_record(arguments.execution)},
                   arguments.output);
  console.print(concat(figures.views, " views (", figures.malignant_views, " malignant) of ", figures.lesions,
                       " lesions, ", figures.patients, " patients; 95 % intervals by patient"));
  print_figures(console, figures.figures);
  console.print("metrics.json, predictions.json, scores.csv and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_pathology(CLI::App& evaluate_command, ExitCode& result) {
  CLI::App* command =
      evaluate_command.add_subcommand("pathology", "How well malignant masses are told from benign.");
  auto arguments = std::make_shared<Arguments>();
  add_evaluate_arguments(*command, *arguments);
  command->add_option("--model", arguments->pathology, "The model's folder below that of the models")
      ->capture_default_str();
  command
      ->add_option("--baseline-fold", arguments->baseline_folds,
                   "Folds that the baseline of size and brightness is fitted on (default: all but those "
                   "evaluated and fold 0)")
      ->delimiter(',');
  command->add_flag("--true-boxes-only", arguments->true_boxes_only, "Without boxes that the detector finds");
  command->callback(
      [arguments, &result] { finish_evaluation(result, [&] { return evaluate_pathology(*arguments); }); });
}

} // namespace mammo::app
