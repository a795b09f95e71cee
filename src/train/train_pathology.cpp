#include "mammo/train/train_pathology.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/eval/roc.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/train/lesion_windows.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mammo::train {
namespace {

/// A lesion as the network learns from it.
struct PathologyExample {
  LesionInput input;
  LesionTargets targets;

  struct Batch {
    LesionInput::Batch input;
    Tensor malignant; ///< f32 [N, 1]
    Tensor shape;     ///< f32 [N, words], as the next two
    Tensor margin;
    Tensor birads;
  };
  static Batch collate(std::span<const PathologyExample> examples);
};

Tensor row_of(const std::vector<float>& values) {
  return Tensor::from<float>(values, {static_cast<std::int64_t>(values.size())});
}

PathologyExample::Batch PathologyExample::collate(std::span<const PathologyExample> examples) {
  const auto stacked = [&](auto part) { return data::stack(data::gather(examples, part)); };
  return {.input = {.images = stacked([](const PathologyExample& e) { return e.input.image; }),
                    .masks = stacked([](const PathologyExample& e) { return e.input.mask; })},
          .malignant = stacked(
              [](const PathologyExample& e) { return Tensor::full({1}, e.targets.malignant ? 1.0 : 0.0); }),
          .shape = stacked([](const PathologyExample& e) { return row_of(e.targets.shape); }),
          .margin = stacked([](const PathologyExample& e) { return row_of(e.targets.margin); }),
          .birads = stacked([](const PathologyExample& e) { return row_of(e.targets.birads); })};
}

/// Lesions with jittered boxes, augmented.
class AugmentedLesions {
 public:
  AugmentedLesions(LesionCrops crops, models::LesionInputConfig input, const PathologyStage& stage)
      : crops_(std::move(crops)),
        input_(std::move(input)),
        augmentation_(stage.augmentation),
        jitter_{.shift = stage.jitter_shift, .scale = std::log1p(stage.jitter_size)} {
    augmentation_.height = input_.size;
    augmentation_.width = input_.size;
  }

  std::size_t size() const { return crops_.size(); }
  PathologyExample get(std::size_t index, Generator& generator) const {
    const LesionCrop& crop = crops_[index];
    const Box box = jittered(crop.box, jitter_, generator);
    const LesionChange change{.placement = data::draw_placement(augmentation_, generator),
                              .grey = data::draw_grey_change(augmentation_, generator)};
    return {.input = lesion_input(crop.film, box, input_, change), .targets = crop.targets};
  }

 private:
  LesionCrops crops_;
  models::LesionInputConfig input_;
  data::AugmentationOptions augmentation_;
  BoxJitter jitter_;
};

/// `weight` times the binary cross entropy of a head's words, averaged over the lesions that have a word.
Tensor words_loss(const Tensor& logits, const Tensor& words, double weight) {
  const auto word = words.data<float>();
  const auto columns = static_cast<std::size_t>(words.size(1));
  std::vector<std::size_t> said; // lesions
  for (std::size_t row = 0; row * columns < word.size(); ++row) {
    const auto of_row = word.subspan(row * columns, columns);
    if (std::ranges::any_of(of_row, [](float w) { return w > 0; })) said.push_back(row);
  }
  Tensor weights = Tensor::zeros(words.shape());
  const auto share =
      static_cast<float>(weight / static_cast<double>(columns * std::max<std::size_t>(1, said.size())));
  for (const std::size_t row : said) {
    std::ranges::fill(weights.mutable_data<float>().subspan(row * columns, columns), share);
  }
  return sum(multiply(bce_loss(logits, words, {.reduction = Reduction::none}), weights));
}

class PathologyTask final : public StageTask {
 public:
  PathologyTask(const PathologyTraining& training, const PathologyStage& stage)
      : config_(training.config),
        stage_(stage),
        crops_(crops_of(training, stage.folds)),
        choosing_(crops_of(training, stage.choosing_folds)),
        network_(training.config.network) {
    require<ArgumentError>(crops_.size() > 0, "stage ", stage.name, ": no lesion of known pathology");
  }

  Names names() const override {
    return {.losses = {"pathology", "auxiliary"}, .figures = {"auc", "bce"}, .chosen_by = "auc"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override { nn::initialize(network_, generator); }
  nn::StateDict start_weights(nn::StateDict weights) override {
    if (!weights.contains("conv1.weight")) return weights;
    nn::StateDict all = network_.state_dict();
    for (const char* branch : {"original.", "margin.", "shape."}) {
      for (const auto& [name, tensor] : weights) all.insert_or_assign(branch + name, tensor);
    }
    return models::with_grey_stem(std::move(all), network_);
  }
  std::size_t size() const override { return crops_.size(); }
  std::unique_ptr<BatchStream> batches(data::Sampler sampler) override {
    return loaded_batches(AugmentedLesions(crops_, config_.input, stage_), std::move(sampler),
                          [this](const PathologyExample::Batch& batch) { return loss_of(batch); });
  }
  Figures measure() override;

 private:
  static LesionCrops crops_of(const PathologyTraining& training, const std::vector<std::int64_t>& folds) {
    return {of_folds(training.films, folds), training.config.input, training.options.prepared};
  }

  StageLoss loss_of(const PathologyExample::Batch& batch) const;

  const models::PathologyConfig& config_;
  const PathologyStage& stage_;
  LesionCrops crops_;
  LesionCrops choosing_;
  models::PathologyEnsemble network_;
};

StageLoss PathologyTask::loss_of(const PathologyExample::Batch& batch) const {
  const models::PathologyOutput y = network_.forward(batch.input.images, batch.input.masks);
  Tensor total = bce_loss(y.pathology, batch.malignant, {.label_smoothing = stage_.label_smoothing});
  const auto pathology = static_cast<double>(total.item<float>());
  double auxiliary = 0;
  if (stage_.auxiliary > 0) {
    const std::array heads{std::pair{y.shape, batch.shape}, std::pair{y.margin, batch.margin},
                           std::pair{y.birads, batch.birads}};
    for (const auto& [logits, words] : heads) {
      if (!logits.defined()) continue;
      const Tensor loss = words_loss(logits, words, stage_.auxiliary);
      auxiliary += static_cast<double>(loss.item<float>());
      total = add(total, loss);
    }
  }
  return {.total = total, .parts = {pathology, auxiliary}};
}

Figures PathologyTask::measure() {
  require<ArgumentError>(choosing_.size() > 0, "the choosing folds have no lesion of known pathology");
  const std::vector<double> logits = malignancy_logits(network_, config_, choosing_);
  std::vector<eval::ScoredCase> cases;
  double loss = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const bool malignant = choosing_[i].targets.malignant;
    cases.push_back({.score = logits[i], .positive = malignant});
    loss += std::log1p(std::exp(malignant ? -logits[i] : logits[i]));
  }
  return {{"auc", eval::auc(cases)}, {"bce", loss / static_cast<double>(logits.size())}};
}

} // namespace

std::vector<double> malignancy_logits(const models::PathologyEnsemble& network,
                                      const models::PathologyConfig& config, const LesionCrops& lesions) {
  std::vector<double> logits;
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    const LesionInput::Batch input = lesion_inputs(lesions[i].film, {&lesions[i].box, 1}, config.input);
    logits.push_back(models::malignancy_logits(network, input.images, input.masks, config.mirrored).front());
  }
  return logits;
}

std::vector<StageRecord> train_pathology(const PathologyTraining& training) {
  return train_task<PathologyTask>(training);
}

} // namespace mammo::train
