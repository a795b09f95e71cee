#pragma once

#include "mammo/app/analyzer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
class Validator;
} // namespace CLI

namespace mammo::app {

/// What every command that looks at films can be told.
struct FilmArguments {
  std::vector<std::string> inputs;
  std::string output;
  std::string voi;
  std::string models;
  ExecutionOptions execution;
  int threads = 0;
  bool full_size = false;
  bool force = false;

  AnalyzerOptions analyzer_options() const;
  /// Throws ArgumentError where `voi` is no choice.
  FileOptions file_options() const;
};

void add_film_arguments(CLI::App& command, FilmArguments& arguments);

/// What a command that analyses films can be told besides.
struct AnalysisArguments : FilmArguments {
  double threshold = default_threshold;
  std::optional<double> prevalence;

  FileOptions file_options() const;
};

void add_analysis_arguments(CLI::App& command, AnalysisArguments& arguments);

/// A number of 0 to `highest`; unlike CLI11's own range it refuses NaN.
CLI::Validator number_up_to(double highest);

} // namespace mammo::app
