#include "mammo/train/train_detector.hpp"

#include "mammo/core/error.hpp"
#include "mammo/models/retinanet_recipe.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/initialization.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <algorithm>
#include <utility>

namespace mammo::train {
namespace {

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

std::vector<std::vector<models::LabelledBox>> truth_of(const data::AugmentedFilm::Batch& batch) {
  std::vector<std::vector<models::LabelledBox>> truth(batch.boxes.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (std::size_t j = 0; j < batch.boxes[i].size(); ++j) {
      truth[i].push_back({batch.boxes[i][j], batch.labels[i][j]});
    }
  }
  return truth;
}

class DetectorTask final : public StageTask {
 public:
  DetectorTask(const DetectorTraining& training, const DetectorStage& stage)
      : config_(training.config),
        stage_(stage),
        films_(films_of(training, stage.folds)),
        choosing_(films_of(training, stage.choosing_folds)),
        network_(training.config.network) {}

  Names names() const override {
    return {.losses = {"classification", "box"},
            .figures = {"ap", "ap50", "sensitivity_at_1"},
            .chosen_by = "ap50"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override {
    nn::initialize(network_, generator);
    models::initialize_heads(network_, generator);
  }
  nn::StateDict start_weights(nn::StateDict weights) override {
    return models::with_grey_stem(std::move(weights), network_);
  }
  std::size_t size() const override { return films_.size(); }
  std::unique_ptr<BatchStream> batches(data::Sampler sampler) override {
    const auto augmentation = on_canvas(stage_.augmentation, config_.input);
    return loaded_batches(data::Augmented(films_, augmentation), std::move(sampler),
                          [this](const data::AugmentedFilm::Batch& batch) { return loss_of(batch); });
  }
  Figures measure() override {
    const DetectorMeasure measured = measure_detector(network_, config_.input, choosing_);
    return {{"ap", measured.ap}, {"ap50", measured.ap50}, {"sensitivity_at_1", measured.sensitivity}};
  }

 private:
  static DetectorFilms films_of(const DetectorTraining& training, const std::vector<std::int64_t>& folds) {
    return {of_folds(training.films, folds), input_options(training.config.input),
            lesion_label(training.config), training.options.prepared};
  }

  StageLoss loss_of(const data::AugmentedFilm::Batch& batch) const {
    const models::RetinaNetLoss loss = models::retinanet_loss(
        network_.forward(batch.inputs), config_.network.anchors, truth_of(batch), stage_.loss);
    return {.total = loss.total, .parts = {loss.classification.item<float>(), loss.boxes.item<float>()}};
  }

  const models::DetectorConfig& config_;
  const DetectorStage& stage_;
  DetectorFilms films_;
  DetectorFilms choosing_;
  models::RetinaNet network_;
};

} // namespace

std::vector<StageRecord> train_detector(const DetectorTraining& training) {
  return train_task<DetectorTask>(training);
}

} // namespace mammo::train
