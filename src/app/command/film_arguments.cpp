#include "app/command/film_arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {

AnalyzerOptions FilmArguments::analyzer_options() const {
  AnalyzerOptions options;
  if (!models.empty()) options.models = models;
  options.execution = execution;
  return options;
}

FileOptions FilmArguments::file_options() const {
  FileOptions options;
  if (!voi.empty()) options.analysis.voi = image::parse_voi_choice(voi);
  options.read.accept_any_modality = force;
  return options;
}

void add_film_arguments(CLI::App& command, FilmArguments& arguments) {
  command
      .add_option("INPUT", arguments.inputs,
                  "Films (DICOM, PNG, JPEG, TIFF, BMP, PGM), folders of them, or quoted patterns")
      ->required();
  command.add_option("--out", arguments.output, "Folder for the results, made where missing")->required();
  command.add_option("--models", arguments.models,
                     "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  command.add_option("--backend", arguments.execution.backend, "Asked first: auto, cpu, onednn or reference")
      ->capture_default_str();
  command.add_flag("--strict", arguments.execution.strict, "Never fall back on the reference backend");
  command.add_option("--threads", arguments.threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command.add_option(
      "--voi", arguments.voi,
      "Grey scale: lut[:N|:EXPLANATION], window[:N|:EXPLANATION] or full (default: the film's)");
  command.add_flag("--full-size", arguments.full_size, "Pictures of the film's own size");
  command.add_flag("--force", arguments.force, "Take DICOM objects that are no mammograms, too");
}

FileOptions AnalysisArguments::file_options() const {
  FileOptions options = FilmArguments::file_options();
  options.analysis.threshold = threshold;
  options.analysis.prevalence = prevalence;
  return options;
}

void add_analysis_arguments(CLI::App& command, AnalysisArguments& arguments) {
  add_film_arguments(command, arguments);
  command.add_option("--threshold", arguments.threshold, "Show marks scored at least this, 0 to 1")
      ->check(number_up_to(1))
      ->capture_default_str();
  command
      .add_option(
          "--prevalence", arguments.prevalence,
          "Convert malignancy scores to what they would be where this fraction of lesions is malignant")
      ->check(number_up_to(1));
}

CLI::Validator number_up_to(double highest) {
  const auto check = [highest](const std::string& text) -> std::string {
    double value = -1;
    if (CLI::detail::lexical_cast(text, value) && value >= 0 && value <= highest) return {};
    return concat('"', text, "\", expected a number of 0 to ", highest);
  };
  return {check, ""};
}

} // namespace mammo::app
