#include "app/command/commands.hpp"
#include "app/command/data_arguments.hpp"
#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/printable.hpp"
#include "mammo/app/reader_figures.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct ReaderArguments {
  std::vector<std::string> files;
  std::vector<std::string> scores;
  ScoreColumns columns;
  RocRequest request;
  std::string output;
};

void print(const Json& json) {
  std::cout << json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) << '\n';
}

Json describe(const ReaderScores& reader) {
  const auto positives = std::ranges::count(reader.cases, true, &eval::ScoredCase::positive);
  return {{"file", reader.file},
          {"cases", reader.cases.size()},
          {"positive_cases", positives},
          {"clusters", std::set<std::string>(reader.clusters.begin(), reader.clusters.end()).size()}};
}

ExitCode roc(const ReaderArguments& arguments) {
  ScoreColumns columns = arguments.columns;
  require<ArgumentError>(arguments.files.size() == 1 && arguments.scores.size() <= 1, "metrics roc of ",
                         arguments.files.size(), " files and ", arguments.scores.size(),
                         " score columns, expected one reader (mammo metrics delong compares two)");
  if (!arguments.scores.empty()) columns.score = arguments.scores.front();
  RocRequest request = arguments.request;
  request.clustered = !columns.cluster.empty();
  const ReaderScores reader = read_scores(arguments.files.front(), columns);
  Json metrics = describe(reader);
  add_figures(metrics, roc_figures(reader, request));
  metrics["intervals"] = request.clustered
                             ? "bootstrap over clusters"
                             : "AUC by DeLong, others by bootstrap; all cases taken to be independent";
  print(metrics);
  if (arguments.output.empty()) return ExitCode::done;
  const OutputFolder output(arguments.output);
  FileSet files;
  add_plot(files, fs::path(arguments.output) / "roc", roc_plot(reader),
           {.title = "ROC", .x_label = "1 - specificity", .y_label = "sensitivity", .width = 640});
  files.add(fs::path(arguments.output) / "metrics.json", std::string_view(metrics.dump(2) + "\n"));
  files.commit();
  return ExitCode::done;
}

/// Two score columns of one file, or one of each of two files whose rows are joined by name.
std::vector<ReaderScores> two_readers(const ReaderArguments& arguments) {
  const std::vector<std::string>& files = arguments.files;
  std::vector<std::string> scores = arguments.scores;
  if (files.size() == 2 && scores.size() <= 1)
    scores.resize(2, scores.empty() ? arguments.columns.score : scores[0]);
  require<ArgumentError>(scores.size() == 2 && (files.size() == 1 || files.size() == 2), "metrics delong of ",
                         files.size(), " files and ", arguments.scores.size(),
                         " score columns, expected one file and two --score, or two files");
  require<ArgumentError>(files.size() == 1 || !arguments.columns.name.empty(),
                         "metrics delong of two files, expected --case, the column that names the cases");
  std::vector<ReaderScores> readers;
  for (std::size_t i = 0; i < 2; ++i) {
    ScoreColumns columns = arguments.columns;
    columns.score = scores[i];
    readers.push_back(read_scores(files[std::min(i, files.size() - 1)], columns));
  }
  readers[1] = in_order_of(readers[0], std::move(readers[1]));
  return readers;
}

ExitCode delong(const ReaderArguments& arguments) {
  const std::vector<ReaderScores> readers = two_readers(arguments);
  const bool clustered = !arguments.columns.cluster.empty();
  Json metrics = describe(readers[0]);
  add_figures(metrics, comparison_figures(readers[0], readers[1], clustered));
  metrics["test"] = clustered ? "Obuchowski's, over clusters" : "DeLong's, all cases taken to be independent";
  print(metrics);
  if (arguments.output.empty()) return ExitCode::done;
  const OutputFolder output(arguments.output);
  FileSet files;
  files.add(fs::path(arguments.output) / "metrics.json", std::string_view(metrics.dump(2) + "\n"));
  files.commit();
  return ExitCode::done;
}

struct BoxArguments {
  DataArguments data;
  std::string results;
  std::string against;
  std::string output;
  std::optional<std::int64_t> category;
  eval::BootstrapOptions bootstrap;
};

/// Throws FileError on a film that the set does not list.
std::vector<data::CocoResult> results_of(const std::string& file, const data::DetectionSet& set,
                                         const BoxArguments& arguments) {
  std::vector<data::CocoResult> results = data::read_coco_results(file);
  if (!arguments.data.folds.empty()) return results; // which may be of other folds, too
  std::set<std::int64_t> known;
  for (const data::AnnotatedFilm& film : set.films) known.insert(film.id);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!known.contains(results[i].image_id))
      throw FileError(file, concat("results[", i, "].image_id is ", results[i].image_id, ", which ",
                                   set.annotations.string(), " does not list"));
  }
  return results;
}

ExitCode boxes(const BoxArguments& arguments, bool froc) {
  data::DetectionSetOptions options = arguments.data.options();
  options.folder = fs::path(arguments.data.annotations).parent_path();
  const data::DetectionSet set = data::load_detection_set(options);
  const std::vector<data::CocoResult> results = results_of(arguments.results, set, arguments);
  const auto films = joined(set, results, arguments.category);
  DetectionFigures figures = detection_figures(films, patients_of(set), arguments.bootstrap);
  if (!arguments.against.empty()) {
    const auto others = joined(set, results_of(arguments.against, set, arguments), arguments.category);
    std::ranges::copy(detection_gains(films, others, patients_of(set), arguments.bootstrap),
                      std::back_inserter(figures.figures));
  }
  std::vector<Figure> asked;
  std::ranges::copy_if(figures.figures, std::back_inserter(asked), [&](const Figure& figure) {
    return (figure.name.find("sensitivity") != std::string::npos) == froc;
  });
  Json metrics = {{"films", figures.films},
                  {"lesions", figures.lesions},
                  {"lesion_free_films", figures.lesion_free_films},
                  {"patients", figures.patients}};
  add_figures(metrics, asked);
  print(metrics);
  if (arguments.output.empty()) return ExitCode::done;
  write_evaluation({.set = set,
                    .figures = figures,
                    .results = results,
                    .bootstrap = arguments.bootstrap,
                    .split = arguments.data.split,
                    .folds = arguments.data.folds},
                   arguments.output);
  return ExitCode::done;
}

void add_bootstrap(CLI::App& command, eval::BootstrapOptions& options) {
  command.add_option("--resamples", options.resamples, "Draws of the bootstrap")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

void add_reader_command(CLI::App& command, const char* name, const char* what, ExitCode& result,
                        ExitCode (*run)(const ReaderArguments&)) {
  CLI::App* below = command.add_subcommand(name, what);
  auto arguments = std::make_shared<ReaderArguments>();
  below->add_option("FILE", arguments->files, "CSV files, the first line naming the columns")->required();
  below->add_option("--score", arguments->scores,
                    "Column of the scores, higher for positive (default: score)");
  below->add_option("--truth", arguments->columns.truth, "Column of the truths")->capture_default_str();
  below->add_option("--positive", arguments->columns.positive,
                    "The truth that means positive (default: 1, true, malignant, ...)");
  below->add_option("--cluster", arguments->columns.cluster,
                    "Column of what cases depend on, such as the patient");
  below->add_option("--case", arguments->columns.name, "Column that names the cases, to join two files");
  below->add_option("--out", arguments->output, "Folder for metrics.json and plots, made where missing");
  if (run == roc) {
    below->add_option("--specificity", arguments->request.specificities, "Read the sensitivity here")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    below->add_option("--threshold", arguments->request.thresholds, "Operating points fixed before")
        ->delimiter(',');
    below
        ->add_option("--false-positive-rate", arguments->request.partial_false_positive_rate,
                     "How far the partial area goes")
        ->capture_default_str();
    add_bootstrap(*below, arguments->request.bootstrap);
  }
  below->callback([arguments, run, &result] { result = run(*arguments); });
}

void add_boxes_command(CLI::App& command, const char* name, const char* what, ExitCode& result, bool froc) {
  CLI::App* below = command.add_subcommand(name, what);
  auto arguments = std::make_shared<BoxArguments>();
  below->add_option("ANNOTATIONS", arguments->data.annotations, "COCO annotation file")->required();
  below->add_option("RESULTS", arguments->results, "COCO result file: an array of scored boxes")->required();
  below->add_option("--against", arguments->against,
                    "Another detector's results on the same films: adds the gains over it, paired");
  below->add_option("--category", arguments->category, "Look at this category alone (default: all)");
  below->add_option("--split", arguments->data.split,
                    "CSV file with the fold of each patient: patient_id,fold");
  below->add_option("--fold", arguments->data.folds, "Only films of these folds: N[,N]")->delimiter(',');
  below->add_option("--out", arguments->output, "Folder for metrics.json and plots, made where missing");
  add_bootstrap(*below, arguments->bootstrap);
  below->callback([arguments, froc, &result] { result = boxes(*arguments, froc); });
}

} // namespace

void add_metrics_command(CLI::App& program, ExitCode& result) {
  CLI::App* command = program.add_subcommand("metrics", "Figures of anybody's scores or boxes, as JSON.");
  command->require_subcommand(1);
  add_reader_command(*command, "roc", "One reader's scores.", result, roc);
  add_reader_command(*command, "delong", "Two readers of the same cases.", result, delong);
  add_boxes_command(*command, "froc", "Sensitivity at numbers of false marks a film.", result, true);
  add_boxes_command(*command, "coco", "Average precision and recall.", result, false);
}

} // namespace mammo::app
