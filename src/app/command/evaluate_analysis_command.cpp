#include "app/command/evaluate_arguments.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/analysis_evaluation.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/core/error.hpp"

#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

ExitCode evaluate_analysis(const EvaluateArguments& arguments) {
  const data::DetectionSet all = data::load_detection_set(arguments.data.options());
  const data::DetectionSet set = with_known_pathology(all);
  const OutputFolder output(arguments.output);
  Console console(set.films.size());
  for (const std::string& warning : set.warnings) console.complain("warning: " + warning);
  const InterruptWatch watch;

  AnalyzerOptions options = arguments.analyzer_options();
  const std::filesystem::path folder = options.models / AnalyzerOptions().pathology;
  const models::PathologyModel model = models::load_pathology(folder);
  Analyzer analyzer(options);
  const DetectorMarks marks = mark_films(analyzer, set, film_calls(console));
  const ExecutionScope execution(arguments.execution);
  const std::vector<ScoredRegion> regions =
      score_regions(model, set, marks.results, lowest_threshold(set, marks.results), film_calls(console));
  if (InterruptWatch::received() != 0) return ExitCode::nothing;

  const std::vector<Figure> figures = end_to_end_figures(set, regions, arguments.bootstrap);
  std::vector<ModelRecord> records = marks.models;
  records.push_back(model_record("malignancy score", model.config, folder));
  write_evaluation({.set = set,
                    .figures = figures,
                    .regions = regions,
                    .films_left_out = all.films.size() - set.films.size(),
                    .bootstrap = arguments.bootstrap,
                    .split = arguments.data.split,
                    .folds = arguments.data.folds,
                    .models = std::move(records),
                    .execution = marks.execution},
                   arguments.output);
  console.print(concat(set.films.size(), " films; 95 % intervals by patient"));
  print_figures(console, figures);
  console.print("metrics.json, predictions.json and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_analysis(CLI::App& evaluate_command, ExitCode& result) {
  CLI::App* command = evaluate_command.add_subcommand(
      "analysis", "How many masses are found and classified right, from end to end.");
  auto arguments = std::make_shared<EvaluateArguments>();
  add_evaluate_arguments(*command, *arguments);
  command->callback(
      [arguments, &result] { finish_evaluation(result, [&] { return evaluate_analysis(*arguments); }); });
}

} // namespace mammo::app
