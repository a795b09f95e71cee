#include "app/command/console.hpp"
#include "app/command/evaluate_commands.hpp"
#include "app/command/figure_lines.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/density_evaluation.hpp"
#include "mammo/app/model_folder.hpp"
#include "mammo/app/models_folder.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/models/density.hpp"
#include "mammo/nn/safetensors.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

constexpr int folds = 5;

struct Arguments {
  std::string data;
  std::string output;
  std::string models;
  std::string model = "density";
  std::string cross_validated;
  ExecutionOptions execution;
  eval::BootstrapOptions bootstrap;
  int threads = 0;
};

/// The networks of a cross-validation by the fold that each has not seen:
/// `fold-<k>/density/weights.safetensors`.
class CrossValidated {
 public:
  CrossValidated(const fs::path& folder, const models::DensityConfig& config) {
    for (int fold = 0; fold < folds; ++fold) {
      const fs::path weights = folder / concat("fold-", fold) / "density" / "weights.safetensors";
      auto network = std::make_unique<models::ResNetUNet>(config.network);
      try {
        network->load_state_dict(nn::SafeTensors(weights).tensors());
      } catch (const nn::StateDictError& error) {
        throw FileError(weights.string(), error.what());
      }
      records_.push_back({.task = concat("breast density, fold ", fold),
                          .name = config.name,
                          .version = config.version,
                          .weights_sha256 = sha256_of_file(weights),
                          .config_sha256 = {}});
      networks_.emplace(fold, std::move(network));
    }
  }

  const models::ResNetUNet& of(const data::TissueFilm& film) const {
    return *networks_.at(film.fold.value());
  }
  const std::vector<ModelRecord>& records() const { return records_; }

 private:
  std::map<int, std::unique_ptr<models::ResNetUNet>> networks_;
  std::vector<ModelRecord> records_;
};

ExitCode evaluate(const Arguments& arguments) {
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  const ExecutionScope execution(arguments.execution);
  std::vector<data::TissueFilm> films = data::list_ddsm_tissue(arguments.data);
  data::deal_folds(films, folds);
  const OutputFolder output(arguments.output);
  const fs::path folder =
      (arguments.models.empty() ? default_models_folder() : fs::path(arguments.models)) / arguments.model;

  std::vector<DensityCase> cases;
  std::vector<ModelRecord> records;
  models::DensityConfig config;
  Console console(films.size());
  const InterruptWatch watch;
  const auto run = [&](const DensityNetwork& network) {
    cases = density_cases(films, config, network, [&](const data::TissueFilm& film) {
      console.started(film.name);
      console.ended();
      return InterruptWatch::received() == 0;
    });
  };
  if (arguments.cross_validated.empty()) {
    const models::DensityModel model = models::load_density_model(folder);
    config = model.config;
    records = {{.task = "breast density",
                .name = config.name,
                .version = config.version,
                .weights_sha256 = sha256_of_file(model.weights_path),
                .config_sha256 = sha256_of_file(folder / "config.json")}};
    run([&](const data::TissueFilm&) -> const models::ResNetUNet& { return *model.network; });
  } else {
    config = models::read_density_config(folder);
    const CrossValidated networks(arguments.cross_validated, config);
    records = networks.records();
    run([&](const data::TissueFilm& film) -> const models::ResNetUNet& { return networks.of(film); });
  }
  if (InterruptWatch::received() != 0) return ExitCode::nothing;

  const std::vector<Figure> figures = density_figures(cases, config.cut_points, arguments.bootstrap);
  write_density_evaluation({.cases = cases,
                            .figures = figures,
                            .bootstrap = arguments.bootstrap,
                            .data = arguments.data,
                            .cross_validated = !arguments.cross_validated.empty(),
                            .cut_points = config.cut_points,
                            .models = records,
                            .execution = {.backend = arguments.execution.backend,
                                          .strict = arguments.execution.strict,
                                          .isa = std::string(name(isa())),
                                          .threads = thread_count()}},
                           arguments.output);
  console.print(concat(cases.size(), " films", arguments.cross_validated.empty() ? "" : ", cross-validated",
                       "; 95 % intervals by patient"));
  for (const Figure& figure : figures) console.print(line_of(figure));
  console.print("metrics.json, predictions.json and plots are in " + arguments.output);
  return ExitCode::done;
}

} // namespace

void add_evaluate_density(CLI::App& evaluate_command, ExitCode& result) {
  CLI::App* density = evaluate_command.add_subcommand("density", "How well breast density is measured.");
  auto arguments = std::make_shared<Arguments>();
  density->add_option("--data", arguments->data, "Folder with images/ and labels/")->required();
  density->add_option("--out", arguments->output, "Folder for the results, made where missing")->required();
  density->add_option("--models", arguments->models,
                      "Folder of the models (default: $MAMMO_MODELS, else those shipped)");
  density->add_option("--model", arguments->model, "The model's folder below that of the models")
      ->capture_default_str();
  density->add_option(
      "--cross-validated", arguments->cross_validated,
      "Folder with fold-0 to fold-4, each the output of `mammo train density --without-fold`: "
      "every film is measured by the network that has not seen its fold");
  density
      ->add_option("--backend", arguments->execution.backend, "Asked first: auto, cpu, onednn or reference")
      ->capture_default_str();
  density->add_flag("--strict", arguments->execution.strict, "Never fall back on the reference backend");
  density->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  density->add_option("--resamples", arguments->bootstrap.resamples, "Draws of the bootstrap over patients")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  density->callback([arguments, &result] {
    result = evaluate(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
