#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/data_arguments.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/train/train_detector.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  DataArguments data;
  std::string recipe;
  std::string start;
  std::string output;
  bool resume = false;
  int threads = 0;
  int report_every = 20;
  int checkpoint_minutes = 5;
};

std::string hours_and_minutes(double seconds) {
  const auto minutes = static_cast<std::int64_t>(seconds / 60);
  return concat(minutes / 60, " h ", minutes % 60, " min");
}

std::string line_of(const train::TrainingProgress& now) {
  std::ostringstream line;
  line << now.stage << ": step " << now.step << " of " << now.steps << std::setprecision(3) << ", ";
  if (now.measured) {
    line << "choosing folds: AP " << now.measured->ap << ", AP50 " << now.measured->ap50
         << ", sensitivity at 1 false mark a film " << now.measured->sensitivity;
  } else {
    line << "loss " << now.loss << ", " << now.seconds_a_step << " s a step, "
         << hours_and_minutes(static_cast<double>(now.steps - now.step) * now.seconds_a_step) << " left";
  }
  return line.str();
}

/// Lesions of other categories than masses are no targets.
std::vector<data::AnnotatedFilm> films_of(const data::DetectionSet& set) {
  const std::int64_t mass = mass_category(set);
  std::vector<data::AnnotatedFilm> films = set.films;
  for (data::AnnotatedFilm& film : films) {
    std::erase_if(film.lesions, [=](const data::AnnotatedLesion& lesion) { return lesion.category != mass; });
  }
  return films;
}

std::string hash_of(const fs::path& path) {
  return path.empty() ? "none" : sha256(MappedFile(path).bytes());
}

/// Before any work: weights that are another file than the recipe means.
void check_start(const train::DetectorRecipe& recipe, const fs::path& folder) {
  for (const train::DetectorStage& stage : recipe.stages) {
    if (stage.start.file.empty()) continue;
    const fs::path path = folder / stage.start.file;
    const std::string hash = hash_of(path);
    if (!stage.start.sha256.empty() && stage.start.sha256 != hash) {
      throw FileError(path.string(), concat("has the SHA-256 ", hash, ", expected ", stage.start.sha256));
    }
  }
}

ExitCode train_detector(const Arguments& arguments) {
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  const fs::path recipe(arguments.recipe);
  const fs::path config = recipe.parent_path() / "config.json";
  train::DetectorTraining training{.recipe = train::parse_detector_recipe(read_text(recipe), recipe.string()),
                                   .config =
                                       models::parse_detector_config(read_text(config), config.string()),
                                   .recipe_folder = recipe.parent_path(),
                                   .output = arguments.output,
                                   .films = {},
                                   .resume = arguments.resume,
                                   .checkpoint_every = std::chrono::minutes(arguments.checkpoint_minutes)};
  if (!arguments.start.empty())
    training.recipe.stages.front().start.file = fs::absolute(arguments.start).string();
  check_start(training.recipe, training.recipe_folder);
  const data::DetectionSet set = data::load_detection_set(arguments.data.options());
  training.films = films_of(set);

  Console console(/*images=*/1);
  for (const std::string& warning : set.warnings) console.complain("warning: " + warning);
  console.print(concat(training.films.size(), " films"));
  const InterruptWatch watch;
  std::atomic<bool> stop = false;
  training.stop = &stop;
  training.report = [&](const train::TrainingProgress& now) {
    stop = InterruptWatch::received() != 0;
    if (now.measured || now.step % arguments.report_every == 0) console.print(line_of(now));
  };
  const auto records = train::train_detector(training);
  for (const train::StageRecord& record : records) {
    console.print(concat(record.stage, ": ", record.steps, " steps in ",
                         hours_and_minutes(record.hours * 3600), ", from ", hash_of(record.start), " to ",
                         hash_of(record.end), " (", record.end.string(), ")"));
  }
  return ExitCode::done;
}

} // namespace

void add_train_command(CLI::App& program, ExitCode& result) {
  CLI::App* command =
      program.add_subcommand("train", "Trains a model from its recipe; can be stopped and resumed.");
  command->require_subcommand(1);
  CLI::App* detector = command->add_subcommand("detector", "A detector of masses.");
  auto arguments = std::make_shared<Arguments>();
  detector->add_option("--recipe", arguments->recipe, "A recipe.json, beside the config.json of its model")
      ->required();
  detector->add_option("--start", arguments->start,
                       "The first stage's start weights, where they do not lie where the recipe says");
  detector->add_option("--data", arguments->data.folder, "Folder of the films")->required();
  add_data_arguments(*detector, arguments->data);
  detector
      ->add_option("--out", arguments->output,
                   "Folder for weights, checkpoints, curves and records, made where missing")
      ->required();
  detector->add_flag("--resume", arguments->resume, "Go on with the run that the folder holds");
  detector->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  detector
      ->add_option("--report-every", arguments->report_every, "Steps from one line of progress to the next")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  detector
      ->add_option("--checkpoint-minutes", arguments->checkpoint_minutes, "From one checkpoint to the next")
      ->check(CLI::Range(0, 1440))
      ->capture_default_str();
  detector->callback([arguments, &result] {
    result = train_detector(*arguments);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
}

} // namespace mammo::app
