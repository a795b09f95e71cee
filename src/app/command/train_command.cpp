#include "app/command/commands.hpp"
#include "app/command/console.hpp"
#include "app/command/data_arguments.hpp"
#include "app/command/interrupt.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/train/train_density.hpp"
#include "mammo/train/train_detector.hpp"
#include "mammo/train/train_pathology.hpp"
#include "mammo/train/train_presence.hpp"
#include "mammo/train/train_segmenter.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

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
  std::vector<std::int64_t> without_folds;
  std::vector<std::string> marks;
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
  if (!now.measured.empty()) {
    line << "choosing folds:";
    for (const auto& [name, value] : now.measured) line << ' ' << name << ' ' << value;
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

/// The recipe as the arguments change it, with --start and --without-fold. Looks, before any work, whether
/// weights are the file that the recipe means.
template <class TaskStage>
train::Recipe<TaskStage> as_asked(train::Recipe<TaskStage> recipe, const Arguments& arguments) {
  if (!arguments.without_folds.empty())
    recipe = train::without_folds(std::move(recipe), arguments.without_folds);
  if (!arguments.start.empty()) recipe.stages.front().start.file = fs::absolute(arguments.start).string();
  for (const train::Stage& stage : recipe.stages) {
    if (stage.start.file.empty()) continue;
    const fs::path path = fs::path(arguments.recipe).parent_path() / stage.start.file;
    const std::string hash = hash_of(path);
    if (!stage.start.sha256.empty() && stage.start.sha256 != hash) {
      throw FileError(path.string(), concat("has the SHA-256 ", hash, ", expected ", stage.start.sha256));
    }
  }
  return recipe;
}

fs::path config_beside(const std::string& recipe) {
  return fs::path(recipe).parent_path() / "config.json";
}

/// One `mammo train`: what all tasks' have in common.
struct TrainingSession {
  const Arguments& arguments;
  Console& console;
  train::TrainingOptions options;

  std::vector<data::AnnotatedFilm> mass_films() const {
    const data::DetectionSet set = data::load_detection_set(arguments.data.options());
    for (const std::string& warning : set.warnings) console.complain("warning: " + warning);
    std::vector<data::AnnotatedFilm> films = films_of(set);
    console.print(concat(films.size(), " films"));
    return films;
  }
};

using Records = std::vector<train::StageRecord>;

Records train_detector(const TrainingSession& session) {
  const std::string& recipe = session.arguments.recipe;
  const fs::path config = config_beside(recipe);
  return train::train_detector(
      {.recipe = as_asked(train::parse_detector_recipe(read_text(recipe), recipe), session.arguments),
       .config = models::parse_detector_config(read_text(config), config.string()),
       .films = session.mass_films(),
       .options = session.options});
}

Records train_segmenter(const TrainingSession& session) {
  const std::string& recipe = session.arguments.recipe;
  const fs::path config = config_beside(recipe);
  return train::train_segmenter(
      {.recipe = as_asked(train::parse_segmenter_recipe(read_text(recipe), recipe), session.arguments),
       .config = models::parse_segmenter_config(read_text(config), config.string()),
       .films = session.mass_films(),
       .options = session.options});
}

Records train_pathology(const TrainingSession& session) {
  const std::string& recipe = session.arguments.recipe;
  const fs::path config = config_beside(recipe);
  return train::train_pathology(
      {.recipe = as_asked(train::parse_pathology_recipe(read_text(recipe), recipe), session.arguments),
       .config = models::parse_pathology_config(read_text(config), config.string()),
       .films = session.mass_films(),
       .options = session.options});
}

Records train_presence(const TrainingSession& session) {
  const std::string& recipe = session.arguments.recipe;
  const fs::path config = config_beside(recipe);
  std::vector<data::CocoResult> marks;
  for (const std::string& file : session.arguments.marks) {
    const std::vector<data::CocoResult> results = data::read_coco_results(file);
    marks.insert(marks.end(), results.begin(), results.end());
  }
  return train::train_presence(
      {.recipe = as_asked(train::parse_presence_recipe(read_text(recipe), recipe), session.arguments),
       .config = models::parse_presence_config(read_text(config), config.string()),
       .films = session.mass_films(),
       .marks = std::move(marks),
       .options = session.options});
}

Records train_density(const TrainingSession& session) {
  const Arguments& arguments = session.arguments;
  const fs::path config = config_beside(arguments.recipe);
  std::vector<data::TissueFilm> films = data::list_ddsm_tissue(arguments.data.folder);
  data::deal_folds(films);
  session.console.print(concat(films.size(), " films"));
  return train::train_density(
      {.recipe =
           as_asked(train::parse_density_recipe(read_text(arguments.recipe), arguments.recipe), arguments),
       .config = models::parse_density_config(read_text(config), config.string()),
       .films = std::move(films),
       .options = session.options});
}

ExitCode train_model(const Arguments& arguments, Records (*task)(const TrainingSession&)) {
  if (arguments.threads > 0) set_thread_budget(arguments.threads);
  Console console(/*images=*/1);
  const InterruptWatch watch;
  std::atomic<bool> stop = false;
  const auto report = [&](const train::TrainingProgress& now) {
    stop = InterruptWatch::received() != 0;
    if (!now.measured.empty() || now.step % arguments.report_every == 0) console.print(line_of(now));
  };
  const Records records =
      task({.arguments = arguments,
            .console = console,
            .options = {.recipe_folder = fs::path(arguments.recipe).parent_path(),
                        .output = arguments.output,
                        .resume = arguments.resume,
                        .checkpoint_every = std::chrono::minutes(arguments.checkpoint_minutes),
                        .stop = &stop,
                        .report = report}});
  for (const train::StageRecord& record : records) {
    console.print(concat(record.stage, ": ", record.steps, " steps in ",
                         hours_and_minutes(record.hours * 3600), ", from ", hash_of(record.start), " to ",
                         hash_of(record.end), " (", record.end.string(), ")"));
  }
  return ExitCode::done;
}

/// A task's command, to which more options can be added.
struct AddedTask {
  CLI::App& command;
  std::shared_ptr<Arguments> arguments;
};

AddedTask add_task(CLI::App& train, ExitCode& result, const char* name, const char* purpose,
                   Records (*task)(const TrainingSession&)) {
  CLI::App* command = train.add_subcommand(name, purpose);
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--recipe", arguments->recipe, "A recipe.json, beside the config.json of its model")
      ->required();
  command->add_option("--start", arguments->start,
                      "The first stage's start weights, where they do not lie where the recipe says");
  command->add_option("--data", arguments->data.folder, "Folder of the films")->required();
  command
      ->add_option("--out", arguments->output,
                   "Folder for weights, checkpoints, curves and records, made where missing")
      ->required();
  command
      ->add_option("--without-fold", arguments->without_folds,
                   "For cross-validation: no stage learns from these folds or is measured as it goes: N[,N]")
      ->delimiter(',')
      ->check(CLI::Range(0, 1000));
  command->add_flag("--resume", arguments->resume, "Go on with the run that the folder holds");
  command->add_option("--threads", arguments->threads, "At most this many (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--report-every", arguments->report_every, "Steps from one line of progress to the next")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--checkpoint-minutes", arguments->checkpoint_minutes, "From one checkpoint to the next")
      ->check(CLI::Range(0, 1440))
      ->capture_default_str();
  command->callback([arguments, task, &result] {
    result = train_model(*arguments, task);
    if (const int signal = InterruptWatch::received()) InterruptWatch::end_by(signal);
  });
  return {*command, arguments};
}

/// A task that learns from mammograms with boxes.
AddedTask add_box_task(CLI::App& train, ExitCode& result, const char* name, const char* purpose,
                       Records (*task)(const TrainingSession&)) {
  const AddedTask added = add_task(train, result, name, purpose, task);
  add_data_arguments(added.command, added.arguments->data);
  return added;
}

} // namespace

void add_train_command(CLI::App& program, ExitCode& result) {
  CLI::App* command =
      program.add_subcommand("train", "Trains a model from its recipe; can be stopped and resumed.");
  command->require_subcommand(1);
  add_box_task(*command, result, "detector", "A detector of masses.", train_detector);
  add_box_task(*command, result, "pathology", "A score of malignancy for masses.", train_pathology);
  add_box_task(*command, result, "segmenter", "A model that outlines masses.", train_segmenter);
  const AddedTask presence =
      add_box_task(*command, result, "presence", "A second look at a detector's marks.", train_presence);
  presence.command
      .add_option("--marks", presence.arguments->marks,
                  "What detectors found that had not learned from these films: predictions.json of "
                  "`mammo evaluate detector`, one file or several")
      ->required();
  add_task(*command, result, "density", "A model of breast density; --data has images/ and labels/.",
           train_density);
}

} // namespace mammo::app
