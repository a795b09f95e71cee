#include "app/command/console.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/figure_lines.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/models_folder.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/segmenter_evaluation.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string data;
  std::string output;
  std::string models;
  std::string model = "segmenter";
  GivenBoxes boxes;
  ExecutionOptions execution;
  eval::BootstrapOptions bootstrap;
  int threads = 0;
};

ExitCode evaluate(const Arguments& arguments) {
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  const ExecutionScope execution(arguments.execution);
  const auto crops = data::list_lesion_crops(arguments.data);
  const OutputFolder output(arguments.output);
  const fs::path folder =
      (arguments.models.empty() ? default_models_folder() : fs::path(arguments.models)) / arguments.model;
  const models::Segmenter model = models::load_segmenter(folder);

  Console console(crops.size());
  const InterruptWatch watch;
  const auto cases = outline_cases(crops, model, arguments.boxes, [&](const data::LesionCrop& crop) {
    console.started(crop.name);
    console.ended();
    return InterruptWatch::received() == 0;
  });
  if (InterruptWatch::received() != 0) return ExitCode::nothing;
  const std::vector<Figure> figures = outline_figures(cases, arguments.bootstrap);
  write_outline_evaluation({.cases = cases,
                            .figures = figures,
                            .boxes = arguments.boxes,
                            .bootstrap = arguments.bootstrap,
                            .data = arguments.data,
                            .models = {{.task = "mass outlines",
                                        .name = model.config.name,
                                        .version = model.config.version,
                                        .weights_sha256 = sha256_of_file(model.weights_path),
                                        .config_sha256 = sha256_of_file(folder / "config.json")}},
                            .execution = {.backend = arguments.execution.backend,
                                          .strict = arguments.execution.strict,
                                          .isa = std::string(name(isa())),
                                          .threads = thread_count()}},
                           arguments.output);
  console.print(concat(crops.size(), " lesions, ", arguments.boxes.draws,
                       " boxes each, the box given to all; 95 % intervals by patient"));
  for (const Figure& figure : figures) console.print(line_of(figure));
  console.print("metrics.json, predictions.json and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_segmenter(CLI::App& evaluate_command, ExitCode& result) {
  CLI::App* segmenter =
      evaluate_command.add_subcommand("segmenter", "How well masses are outlined, their box given.");
  auto arguments = std::make_shared<Arguments>();
  segmenter
      ->add_option("--data", arguments->data,
                   "Folder with pictures of lesions, <name>.*, and their masks, <name>_bin.*")
      ->required();
  segmenter->add_option("--out", arguments->output, "Folder for the results, made where missing")->required();
  segmenter->add_option("--models", arguments->models,
                        "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  segmenter->add_option("--model", arguments->model, "The model's folder below that of the models")
      ->capture_default_str();
  segmenter
      ->add_option("--shift", arguments->boxes.jitter.shift,
                   "The given box's middle is off by up to this, fraction of its sides")
      ->check(CLI::Range(0.0, 0.5))
      ->capture_default_str();
  segmenter
      ->add_option("--log-scale", arguments->boxes.jitter.scale,
                   "The given box's sides are off by a factor of up to exp(this)")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  segmenter->add_option("--draws", arguments->boxes.draws, "Boxes a lesion")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  segmenter
      ->add_option("--backend", arguments->execution.backend, "Asked first: auto, cpu, onednn or reference")
      ->capture_default_str();
  segmenter->add_flag("--strict", arguments->execution.strict, "Never fall back on the reference backend");
  segmenter->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  segmenter->add_option("--resamples", arguments->bootstrap.resamples, "Draws of the bootstrap over patients")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  segmenter->callback([arguments, &result] {
    result = evaluate(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
