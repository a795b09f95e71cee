#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/models/anchors.hpp"
#include "mammo/models/fpn.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mammo::models {

/// From raw outputs to boxes.
struct DetectionConfig {
  /// Boxes with a lower score are dropped.
  double score_threshold = 0.05;
  /// The best of each level that go on to suppression.
  std::int64_t candidates_per_level = 1000;
  /// Of two boxes of one class with a larger IoU, the one with the lower score is dropped.
  double nms_threshold = 0.5;
  std::int64_t max_detections = 300;
  /// Classes that the network has a logit for but never learned.
  std::vector<std::int64_t> ignored_classes{};

  bool operator==(const DetectionConfig&) const = default;
};

struct RetinaNetConfig {
  ResNetConfig backbone{.num_classes = 0};
  /// Stages of the backbone that the pyramid stands on, 1 to 4, ascending.
  std::vector<std::int64_t> pyramid_stages{2, 3, 4};
  std::int64_t pyramid_channels = 256;
  ExtraLevels extra_levels = ExtraLevels::p6p7_on_p5;
  /// 3x3 convolutions in each head before the last.
  std::int64_t head_depth = 4;
  /// Logits an anchor.
  std::int64_t num_classes = 91;
  AnchorConfig anchors{};
  DetectionConfig detection{};

  bool operator==(const RetinaNetConfig&) const = default;
};

/// A box in pixels of the network's input.
struct Detection {
  Box box;
  double score = 0; ///< 0 to 1
  std::int64_t label = 0;
  std::int64_t anchor = -1; ///< its row of the raw outputs; -1 where it comes from several
};

struct RetinaNetOutput {
  Tensor cls_logits;              ///< [N, A, classes]
  Tensor bbox_regression;         ///< [N, A, 4]: dx, dy, dw, dh from the anchors
  std::vector<Size2d> grids;      ///< cells of each level, finest first; A is the sum over levels
  Size2d input;                   ///< of the image
  std::vector<Tensor> features{}; ///< the pyramid's maps, where asked for
};

struct RetinaNetOptions {
  bool keep_features = false;
};

/// Convolutions that share their weights over all levels of a pyramid: `depth` of 3x3 with ReLU, then one to
/// `outputs` numbers for each anchor of a cell.
class RetinaNetHead : public nn::Module {
 public:
  struct Config {
    std::int64_t channels = 256;
    std::int64_t depth = 4;
    std::int64_t anchors = 9;
    std::int64_t outputs = 4;
    /// What torchvision calls the last convolution: `cls_logits` or `bbox_reg`.
    std::string last_name;
  };
  explicit RetinaNetHead(const Config& config);

  /// Feature maps [N, channels, H_i, W_i] -> [N, A, outputs], A = sum of H_i W_i anchors, anchor by anchor in
  /// the order of make_anchors.
  Tensor forward(std::span<const Tensor> features) const;

 private:
  Config config_;
  nn::ModuleList<nn::Conv2d> conv_;
  nn::Conv2d last_;
};

/// A one-stage detector (Lin et al., "Focal loss for dense object detection", ICCV 2017) with the parameter
/// names of torchvision's RetinaNet. It takes images as the backbone wants them: scaling and normalisation
/// are the caller's.
class RetinaNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit RetinaNet(const RetinaNetConfig& config);

  /// Raw outputs for x [N, input_channels, H, W].
  RetinaNetOutput forward(const Tensor& x, const RetinaNetOptions& options = {}) const;
  /// Boxes from raw outputs, for each image, best score first.
  std::vector<std::vector<Detection>> postprocess(const RetinaNetOutput& output) const;

  const RetinaNetConfig& config() const { return config_; }

 private:
  RetinaNetConfig config_;
  ResNet body_;
  Fpn fpn_;
  RetinaNetHead classification_;
  RetinaNetHead regression_;
};

/// What RetinaNet::postprocess does, for raw outputs from anywhere: sigmoid; of each level the best
/// candidates above the threshold; boxes decoded and clipped to the input; suppression class by class;
/// the best of all. Throws ShapeError where the outputs do not fit the anchors.
std::vector<std::vector<Detection>> detect(const RetinaNetOutput& output, const AnchorConfig& anchors,
                                           const DetectionConfig& config);

} // namespace mammo::models
