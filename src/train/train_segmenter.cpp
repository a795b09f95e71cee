#include "mammo/train/train_segmenter.hpp"

#include "mammo/eval/overlap.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <memory>
#include <utility>

namespace mammo::train {
namespace {

constexpr std::size_t most_measured = 80; // pasted lesions: a look takes seconds
constexpr std::uint64_t measure_seed = 5;

LesionWindowOptions with_network(LesionWindowOptions options, const models::SegmenterConfig& config) {
  options.context = config.context;
  options.side = config.network.height;
  return options;
}

class SegmenterTask final : public StageTask {
 public:
  SegmenterTask(const SegmenterTraining& training, const SegmenterStage& stage)
      : config_(training.config),
        stage_(stage),
        windows_(LesionPatches(of_folds(training.films, stage.folds), training.options.prepared),
                 with_network(stage.windows, training.config)),
        pasted_(pasted_lesions(
            LesionPatches(of_folds(training.films, stage.choosing_folds), training.options.prepared),
            most_measured, stage.windows.jitter, measure_seed)),
        iou_ellipse_(mean_iou(pasted_,
                              [](const Tensor& grey, const Box& box) {
                                return image::ellipse_mask(box, grey.size(0), grey.size(1));
                              })),
        iou_level_set_(mean_iou(
            pasted_, [](const Tensor& grey, const Box& box) { return image::level_set_outline(grey, box); })),
        network_(training.config.network) {}

  Names names() const override {
    return {.losses = {"entropy", "dice"},
            .figures = {"iou", "iou_ellipse", "iou_level_set"},
            .chosen_by = "iou"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override { nn::initialize(network_, generator); }
  std::size_t size() const override { return windows_.size(); }
  std::unique_ptr<BatchStream> batches(data::Sampler sampler) override {
    return loaded_batches(windows_, std::move(sampler),
                          [this](const LesionExample::Batch& batch) { return loss_of(batch); });
  }
  Figures measure() override {
    const auto by_network = [&](const Tensor& grey, const Box& box) {
      return mask_on(outline_lesion(network_, config_, grey, box), grey.size(0), grey.size(1));
    };
    return {{"iou", mean_iou(pasted_, by_network)},
            {"iou_ellipse", iou_ellipse_},
            {"iou_level_set", iou_level_set_}};
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
  LesionWindows windows_;
  std::vector<PastedLesion> pasted_;
  double iou_ellipse_;
  double iou_level_set_;
  models::TransResUNet network_;
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

} // namespace mammo::train
