#include "mammo/train/train_detector.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/data/loader.hpp"
#include "mammo/models/retinanet_recipe.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/diagnosis.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/random.hpp"
#include "train/detector_curves.hpp"
#include "train/stage_record.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace mammo::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Batch = data::AugmentedFilm::Batch;
using Look = DetectorCurves::Look;

constexpr const char* weights_name = "weights.safetensors";

std::vector<data::AnnotatedFilm> of_folds(const std::vector<data::AnnotatedFilm>& films,
                                          const std::vector<std::int64_t>& folds) {
  std::vector<data::AnnotatedFilm> chosen;
  for (const std::int64_t fold : folds) {
    const std::size_t before = chosen.size();
    std::ranges::copy_if(films, std::back_inserter(chosen),
                         [&](const data::AnnotatedFilm& film) { return film.fold == fold; });
    require<ArgumentError>(chosen.size() > before, "no film is of fold ", fold, ", which the recipe needs");
  }
  return chosen;
}

/// The class that lesions are: the only one that is not ignored.
std::int64_t lesion_label(const models::DetectorConfig& config) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < config.network.num_classes; ++i) {
    if (std::ranges::count(config.network.detection.ignored_classes, i) == 0) labels.push_back(i);
  }
  require<ArgumentError>(labels.size() == 1, "a detector of ", labels.size(),
                         " classes that are not ignored, expected 1");
  return labels.front();
}

std::vector<std::vector<models::LabelledBox>> truth_of(const Batch& batch) {
  std::vector<std::vector<models::LabelledBox>> truth(batch.boxes.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (std::size_t j = 0; j < batch.boxes[i].size(); ++j) {
      truth[i].push_back({batch.boxes[i][j], batch.labels[i][j]});
    }
  }
  return truth;
}

/// Weights of a file, put over the initial ones where they are a part.
void load_start(models::RetinaNet& network, const fs::path& path, const std::string& prefix) {
  nn::StateDict weights;
  for (auto& [name, tensor] : nn::SafeTensors(path).tensors()) weights.emplace(prefix + name, tensor);
  if (!prefix.empty()) {
    for (const auto& [name, tensor] : network.state_dict()) weights.try_emplace(name, tensor);
  }
  try {
    network.load_state_dict(models::with_grey_stem(std::move(weights), network));
  } catch (const nn::StateDictError& error) {
    throw FileError(path.string(), error.what());
  }
}

void start(models::RetinaNet& network, const DetectorStage& stage, const fs::path& weights) {
  Generator generator(static_cast<std::uint64_t>(stage.seed));
  nn::initialize(network, generator);
  models::initialize_heads(network, generator);
  if (!weights.empty()) load_start(network, weights, stage.start.file.empty() ? "" : stage.start.prefix);
  network.set_trainable("*");
  for (const std::string& pattern : stage.frozen) network.set_trainable(pattern, false);
  network.train();
}

nn::Schedule schedule_of(const DetectorStage& stage) {
  const std::int64_t falling = std::max<std::int64_t>(1, stage.steps - stage.warm_up);
  const nn::Schedule fall = nn::cosine(falling, stage.last_rate);
  return stage.warm_up > 0 ? nn::warm_up(stage.warm_up, fall) : fall;
}

data::Sampler sampler_of(const DetectorStage& stage, std::size_t films) {
  return data::Sampler::shuffled(films, {.batch_size = static_cast<std::size_t>(stage.batch_size),
                                         .drop_last = true,
                                         .seed = static_cast<std::uint64_t>(stage.seed)});
}

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

/// What a checkpoint keeps of a stage besides weights and optimiser.
struct Place {
  data::SamplerState sampler;
  double seconds = 0; ///< in steps

  std::map<std::string, std::string> to_text() const {
    return {
        {"epoch", text(sampler.epoch)}, {"position", text(sampler.position)}, {"seconds", concat(seconds)}};
  }
  static Place from_text(const std::map<std::string, std::string>& extra) {
    return {
        .sampler = {.epoch = std::stoull(extra.at("epoch")), .position = std::stoull(extra.at("position"))},
        .seconds = std::stod(extra.at("seconds"))};
  }
};

/// One stage at work.
class StageRun {
 public:
  StageRun(const DetectorTraining& training, std::size_t stage, fs::path start_weights,
           const DetectorFilms& films, const DetectorFilms& choosing)
      : training_(training),
        stage_(training.recipe.stages.at(stage)),
        chooses_(may_choose(training.recipe, stage)),
        folder_(training.output / stage_.name),
        start_weights_(std::move(start_weights)),
        films_(films),
        choosing_(choosing),
        network_(training.config.network),
        optimizer_(nn::Adam{.rate = stage_.rate, .weight_decay = stage_.weight_decay, .decoupled = true},
                   stage_.groups),
        schedule_(schedule_of(stage_)) {
    seed_training(static_cast<std::uint64_t>(stage_.seed));
    start(network_, stage_, start_weights_);
    average_.emplace(network_, stage_.average);
    run_.emplace(nn::TrainingRun{.module = network_, .optimizer = optimizer_, .average = &*average_});
    fs::create_directories(folder_);
    if (nn::load_latest_checkpoint(checkpoints(), *run_)) place_ = Place::from_text(run_->extra);
    curves_.emplace(folder_, run_->step);
  }

  /// False where it was stopped before its end.
  bool train() {
    data::Sampler sampler = sampler_of(stage_, films_.size());
    sampler.restore(place_.sampler);
    const auto augmentation = on_canvas(stage_.augmentation, training_.config.input);
    data::Loader loader(data::Augmented(films_, augmentation), std::move(sampler), {.workers = 1});
    Clock::time_point kept = Clock::now();
    while (run_->step < stage_.steps && !gave_up()) {
      if (training_.stop != nullptr && *training_.stop) {
        keep();
        return false;
      }
      std::optional<Batch> batch = loader.next();
      if (!batch) continue; // the next epoch
      take_step(*batch);
      place_.sampler = loader.state();
      const bool looks = run_->step % stage_.measure_every == 0 || run_->step == stage_.steps;
      if (looks) look();
      if (looks || Clock::now() - kept >= training_.checkpoint_every) {
        keep();
        kept = Clock::now();
      }
    }
    return true;
  }

  /// Writes what the stage ends with.
  StageRecord finish() {
    const std::vector<Look> looks = curves_->looks();
    const bool chosen = chooses_ && !looks.empty();
    if (!chosen) write_average(folder_ / weights_name);
    StageRecord record{.stage = stage_.name,
                       .start = start_weights_,
                       .end = folder_ / weights_name,
                       .seed = stage_.seed,
                       .steps = run_->step,
                       .hours = place_.seconds / 3600,
                       .folds = stage_.folds,
                       .choosing_folds = stage_.choosing_folds,
                       .chosen = chosen,
                       .chosen_step = chosen ? best(looks)->step : run_->step,
                       .measure = {}};
    if (!looks.empty()) record.measure = (chosen ? *best(looks) : looks.back()).measure;
    write_record(folder_, record);
    return record;
  }

 private:
  fs::path checkpoints() const { return folder_ / "checkpoints"; }
  /// The first of the highest AP50.
  static std::vector<Look>::const_iterator best(const std::vector<Look>& looks) {
    return std::ranges::max_element(looks, {}, [](const Look& look) { return look.measure.ap50; });
  }

  bool gave_up() const {
    if (!chooses_ || stage_.patience == 0) return false;
    const std::vector<Look> looks = curves_->looks();
    return !looks.empty() && looks.end() - best(looks) > stage_.patience;
  }

  models::RetinaNetLoss loss_of(const Batch& batch) const {
    const auto truth = truth_of(batch);
    return models::retinanet_loss(network_.forward(batch.inputs), training_.config.network.anchors, truth,
                                  stage_.loss);
  }

  void take_step(const Batch& batch) {
    const Clock::time_point began = Clock::now();
    ExecutionOptions options = execution_options();
    options.precision = stage_.precision;
    const ExecutionScope scope(options);
    const nn::NameFailingLayer name_failing(network_);
    nn::clear_gradients(network_);
    const models::RetinaNetLoss loss = loss_of(batch);
    backward(loss.total);
    const double norm = nn::clip_gradient_norm(network_, stage_.clip);
    const auto total = static_cast<double>(loss.total.item<float>());
    if (!std::isfinite(total) || !std::isfinite(norm)) report_non_finite(batch);
    const double factor = schedule_(run_->step);
    optimizer_.step(network_, factor);
    average_->update(network_);
    ++run_->step;
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    place_.seconds += seconds;
    curves_->step(run_->step, {.classification = loss.classification.item<float>(),
                               .boxes = loss.boxes.item<float>(),
                               .total = total,
                               .rate = stage_.rate * factor,
                               .gradient_norm = norm,
                               .seconds = seconds});
    if (training_.report) training_.report(progress());
  }

  [[noreturn]] void report_non_finite(const Batch& batch) {
    nn::clear_gradients(network_);
    const auto found = nn::first_non_finite(network_, [&] { backward(loss_of(batch).total); });
    throw Error(concat("stage ", stage_.name, ", step ", run_->step + 1,
                       ": the loss or its gradient is not finite; ",
                       found ? found->message() : "not so when computed again"));
  }

  TrainingProgress progress() const {
    return {.stage = stage_.name,
            .step = run_->step,
            .steps = stage_.steps,
            .loss = curves_->recent("loss"),
            .seconds_a_step = curves_->recent("seconds")};
  }

  void look() {
    if (choosing_.size() == 0) return;
    DetectorMeasure measured;
    {
      const nn::AveragedWeights averaged(network_, *average_);
      network_.eval();
      measured = measure_detector(network_, training_.config.input, choosing_);
      network_.train();
    }
    curves_->measure(run_->step, measured);
    if (chooses_ && best(curves_->looks())->step == run_->step) write_average(folder_ / weights_name);
    if (!training_.report) return;
    TrainingProgress now = progress();
    now.measured = measured;
    training_.report(now);
  }

  void keep() {
    run_->extra = place_.to_text();
    nn::save_checkpoint(checkpoints(), *run_);
    curves_->draw();
  }

  void write_average(const fs::path& path) const {
    nn::write_safetensors(path, average_->state_dict(), {{"step", std::to_string(run_->step)}});
  }

  const DetectorTraining& training_;
  const DetectorStage& stage_;
  bool chooses_;
  fs::path folder_;
  fs::path start_weights_;
  const DetectorFilms& films_;
  const DetectorFilms& choosing_;
  models::RetinaNet network_;
  nn::Optimizer optimizer_;
  nn::Schedule schedule_;
  std::optional<nn::MovingAverage> average_;
  std::optional<nn::TrainingRun> run_;
  std::optional<DetectorCurves> curves_;
  Place place_;
};

/// Claims the output for this run, or makes sure that it is this run's.
void claim(const DetectorTraining& training) {
  std::string films = "name,fold\n";
  for (const data::AnnotatedFilm& film : training.films) {
    films += concat(film.name, ',', film.fold.value_or(-1), '\n');
  }
  const std::pair<const char*, std::string> files[] = {{"recipe.json", to_json(training.recipe)},
                                                       {"config.json", models::to_json(training.config)},
                                                       {"films.csv", films}};
  const bool holds_one = fs::exists(training.output / files[0].first);
  require<ArgumentError>(!holds_one || training.resume, training.output.string(),
                         " holds a run; expected an empty folder, or to resume it");
  fs::create_directories(training.output);
  for (const auto& [name, text] : files) {
    const fs::path path = training.output / name;
    if (fs::exists(path)) {
      require<ArgumentError>(read_text(path) == text, path.string(),
                             " is of another run, expected this one's");
    } else {
      AtomicFile file(path);
      file.write(text);
      file.commit();
    }
  }
}

} // namespace

std::vector<StageRecord> train_detector(const DetectorTraining& training) {
  claim(training);
  const image::DetectorInputOptions input = input_options(training.config.input);
  const std::int64_t label = lesion_label(training.config);
  std::vector<StageRecord> records;
  fs::path weights;
  for (std::size_t i = 0; i < training.recipe.stages.size(); ++i) {
    const DetectorStage& stage = training.recipe.stages[i];
    if (!stage.start.file.empty()) weights = training.recipe_folder / stage.start.file;
    std::optional<StageRecord> record = read_record(training.output / stage.name);
    if (!record) {
      const auto films = of_folds(training.films, stage.folds);
      const auto choosing = of_folds(training.films, stage.choosing_folds);
      const DetectorFilms ready(films, input, label, training.prepared);
      const DetectorFilms to_choose(choosing, input, label, training.prepared);
      StageRun run(training, i, weights, ready, to_choose);
      if (!run.train()) return records;
      record = run.finish();
    }
    weights = record->end;
    records.push_back(std::move(*record));
  }
  return records;
}

} // namespace mammo::train
