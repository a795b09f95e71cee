#include "mammo/train/train_segmenter.hpp"

#include "mammo/eval/overlap.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <memory>
#include <utility>

namespace mammo::train {
namespace {

constexpr std::size_t most_measured = 80; // of either kind: a look takes seconds
constexpr std::uint64_t measure_seed = 5;

LesionWindowOptions with_network(LesionWindowOptions options, const models::SegmenterConfig& config) {
  options.context = config.context;
  options.side = config.side;
  return options;
}

class SegmenterTask final : public StageTask {
 public:
  SegmenterTask(const SegmenterTraining& training, const SegmenterStage& stage)
      : config_(training.config),
        stage_(stage),
        patches_(of_folds(training.films, stage.folds), training.options.prepared),
        network_(training.config.network) {
    const LesionPatches choosing(of_folds(training.films, stage.choosing_folds), training.options.prepared);
    pasted_ = pasted_lesions(choosing, most_measured, stage.windows.jitter, measure_seed);
    own_ = boxed_lesions(choosing, most_measured, stage.windows.jitter, measure_seed);
    const Outliner ellipse = [](const Tensor& grey, const Box& box) {
      return image::ellipse_mask(box, grey.size(0), grey.size(1));
    };
    const Outliner level_set = [](const Tensor& grey, const Box& box) {
      return image::level_set_outline(grey, box);
    };
    unlearned_ = {{"iou_ellipse", mean_iou(pasted_, ellipse)},
                  {"iou_level_set", mean_iou(pasted_, level_set)},
                  {"box_iou_ellipse", mean_box_iou(own_, ellipse)},
                  {"box_iou_level_set", mean_box_iou(own_, level_set)}};
  }

  Names names() const override {
    return {
        .losses = {"entropy", "dice"},
        .figures = {"iou", "box_iou", "iou_ellipse", "iou_level_set", "box_iou_ellipse", "box_iou_level_set"},
        .chosen_by = "iou"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override { nn::initialize(network_, generator); }
  nn::StateDict start_weights(nn::StateDict weights) override {
    return models::with_grey_stem(std::move(weights), network_);
  }
  void begun() override {
    if (stage_.own_outlines != OwnOutlines::network) return;
    network_.eval();
    patches_ = patches_.redrawn([&](const LesionPatches::Patch& patch) {
      return boxed_outline(network_, config_, patch.picture, patch.box);
    });
  }
  std::size_t size() const override { return patches_.size(); }
  std::unique_ptr<BatchStream> batches(data::Sampler sampler) override {
    return loaded_batches(LesionWindows(patches_, with_network(stage_.windows, config_)), std::move(sampler),
                          [this](const LesionExample::Batch& batch) { return loss_of(batch); });
  }
  Figures measure() override {
    const auto by_network = [&](const Tensor& grey, const Box& box) {
      return mask_on(outline_lesion(network_, config_, grey, box), grey.size(0), grey.size(1));
    };
    Figures figures{{"iou", mean_iou(pasted_, by_network)}, {"box_iou", mean_box_iou(own_, by_network)}};
    figures.insert(unlearned_.begin(), unlearned_.end());
    return figures;
  }

 private:
  StageLoss loss_of(const LesionExample::Batch& batch) const {
    const Tensor logits = network_.forward(batch.inputs);
    const Tensor truth = batch.masks.to(DType::f32);
    const Tensor entropy = bce_loss(logits, truth);
    const Tensor dice = dice_loss(sigmoid(logits), truth);
    return {.total = add(entropy, multiply(dice, Tensor::full({1}, stage_.loss.dice_weight))),
            .parts = {entropy.item<float>(), dice.item<float>()}};
  }

  const models::SegmenterConfig& config_;
  const SegmenterStage& stage_;
  LesionPatches patches_;
  std::vector<PastedLesion> pasted_;
  std::vector<BoxedLesion> own_;
  Figures unlearned_; ///< of methods that no step changes
  models::ResNetUNet network_;
};

} // namespace

std::vector<StageRecord> train_segmenter(const SegmenterTraining& training) {
  return train_task<SegmenterTask>(training);
}

double mean_iou(const std::vector<PastedLesion>& lesions, const Outliner& outline) {
  double sum = 0;
  for (const PastedLesion& lesion : lesions) {
    sum += eval::foreground_iou(eval::overlap(lesion.mask, outline(lesion.picture, lesion.box)));
  }
  return sum / static_cast<double>(lesions.size());
}

double mean_box_iou(const std::vector<BoxedLesion>& lesions, const Outliner& outline) {
  double sum = 0;
  for (const BoxedLesion& lesion : lesions) {
    sum += iou(lesion.truth, image::mask_extent(outline(lesion.picture, lesion.box)));
  }
  return sum / static_cast<double>(lesions.size());
}

} // namespace mammo::train
