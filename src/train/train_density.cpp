#include "mammo/train/train_density.hpp"

#include "mammo/models/stem.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/train/detector_films.hpp"
#include "mammo/train/tissue_films.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <memory>
#include <utility>

namespace mammo::train {
namespace {

class DensityTask final : public StageTask {
 public:
  DensityTask(const DensityTraining& training, const DensityStage& stage)
      : config_(training.config),
        stage_(stage),
        films_(films_of(training, stage.folds)),
        choosing_(films_of(training, stage.choosing_folds)),
        network_(training.config.network) {}

  Names names() const override {
    return {.losses = {"entropy", "dice"},
            .figures = {"dice", "correlation", "absolute_error"},
            .chosen_by = "dice"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override { nn::initialize(network_, generator); }
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
    const TissueMeasure measured = measure_density(network_, config_.input, choosing_);
    return {{"dice", measured.dice},
            {"correlation", measured.correlation},
            {"absolute_error", measured.absolute_error}};
  }

 private:
  static TissueFilms films_of(const DensityTraining& training, const std::vector<std::int64_t>& folds) {
    return {of_folds(training.films, folds), input_options(training.config.input), training.options.prepared};
  }

  StageLoss loss_of(const data::AugmentedFilm::Batch& batch) const {
    const TissueLoss loss = tissue_loss(network_.forward(batch.inputs), batch.masks, stage_.loss);
    return {.total = loss.total, .parts = {loss.entropy, loss.dice}};
  }

  const models::DensityConfig& config_;
  const DensityStage& stage_;
  TissueFilms films_;
  TissueFilms choosing_;
  models::ResNetUNet network_;
};

} // namespace

std::vector<StageRecord> train_density(const DensityTraining& training) {
  return train_task<DensityTask>(training);
}

} // namespace mammo::train
