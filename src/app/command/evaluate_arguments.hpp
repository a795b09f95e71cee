#pragma once

#include "app/command/console.hpp"
#include "app/command/data_arguments.hpp"
#include "app/command/exit_code.hpp"
#include "mammo/app/analyzer.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/eval/bootstrap.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace mammo::app {

/// What every `mammo evaluate NAME` on films with boxes can be told.
struct EvaluateArguments {
  DataArguments data;
  std::string output;
  std::string models;
  ExecutionOptions execution;
  eval::BootstrapOptions bootstrap;
  int threads = 0;

  /// The detector alone.
  AnalyzerOptions analyzer_options() const;
};

void add_evaluate_arguments(CLI::App& command, EvaluateArguments& arguments);

/// Tells the console of each film, and stops at an interrupt.
FilmCalls film_calls(Console& console);

/// A line for each figure that has an interval.
void print_figures(Console& console, std::span<const Figure> figures);

/// Ends the command: `evaluate` gives the exit code, unless an interrupt came.
void finish_evaluation(ExitCode& result, const std::function<ExitCode()>& evaluate);

} // namespace mammo::app
