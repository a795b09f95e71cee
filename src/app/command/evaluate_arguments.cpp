#include "app/command/evaluate_arguments.hpp"

#include "app/command/figure_lines.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/core/threads.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
AnalyzerOptions EvaluateArguments::analyzer_options() const {
  AnalyzerOptions options;
  if (!models.empty()) options.models = models;
  options.pathology.clear();
  options.segmenter.clear();
  options.density.clear();
  options.execution = execution;
  return options;
}

void add_evaluate_arguments(CLI::App& command, EvaluateArguments& arguments) {
  command.add_option("--data", arguments.data.folder, "Folder of the films")->required();
  add_data_arguments(command, arguments.data);
  command.add_option("--out", arguments.output, "Folder for the results, made where missing")->required();
  command.add_option("--models", arguments.models,
                     "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  command.add_option("--backend", arguments.execution.backend, "Asked first: auto, cpu, onednn or reference")
      ->capture_default_str();
  command.add_flag("--strict", arguments.execution.strict, "Never fall back on the reference backend");
  command.add_option("--threads", arguments.threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command.add_option("--resamples", arguments.bootstrap.resamples, "Draws of the bootstrap over patients")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command.parse_complete_callback([&arguments] {
    if (arguments.threads > 0) set_thread_budget(arguments.threads);
  });
}

FilmCalls film_calls(Console& console) {
  return {.started = [&](const data::AnnotatedFilm& film) { console.started(film.name); },
          .ended = [&] { console.ended(); },
          .stop = [] { return InterruptWatch::received() != 0; }};
}

void print_figures(Console& console, std::span<const Figure> figures) {
  for (const Figure& figure : figures) {
    if (figure.interval) console.print(line_of(figure));
  }
}

void finish_evaluation(ExitCode& result, const std::function<ExitCode()>& evaluate) {
  result = evaluate();
  if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
}

} // namespace mammo::app
