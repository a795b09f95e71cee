#include "mammo/models/retinanet.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/views.hpp"

#include <string>

namespace mammo::models {
namespace {

RetinaNetConfig checked(const RetinaNetConfig& config) {
  const auto in_range = [](std::int64_t value, std::int64_t low, std::int64_t high, const char* what) {
    require<ArgumentError>(value >= low && value <= high, "RetinaNet: ", what, ' ', value, ", expected ", low,
                           " to ", high);
  };
  in_range(config.pyramid_channels, 1, 65536, "pyramid channels");
  in_range(config.head_depth, 0, 64, "head depth");
  in_range(config.num_classes, 1, 1 << 20, "classes");
  std::int64_t previous = 0;
  for (const auto stage : config.pyramid_stages) {
    in_range(stage, previous + 1, 4, "pyramid stage");
    previous = stage;
  }
  for (const auto ignored : config.detection.ignored_classes) {
    in_range(ignored, 0, config.num_classes - 1, "ignored class");
  }
  in_range(config.detection.candidates_per_level, 1, INT32_MAX, "candidates per level");
  in_range(config.detection.max_detections, 1, INT32_MAX, "detections");
  for (const double threshold : {config.detection.score_threshold, config.detection.nms_threshold}) {
    require<ArgumentError>(threshold >= 0 && threshold <= 1, "RetinaNet: threshold ", threshold,
                           ", expected 0 to 1");
  }
  require<ArgumentError>(config.backbone.num_classes == 0,
                         "RetinaNet on a backbone with a classifier, expected num_classes 0");
  return config;
}

std::int64_t channels_of(const ResNet& body, std::int64_t stage) {
  return body.stage_channels(static_cast<int>(stage) - 1);
}

FpnConfig pyramid_on(const ResNet& body, const RetinaNetConfig& config) {
  FpnConfig result{
      .in_channels = {}, .out_channels = config.pyramid_channels, .extra_levels = config.extra_levels};
  for (const auto stage : config.pyramid_stages) result.in_channels.push_back(channels_of(body, stage));
  return result;
}

RetinaNetHead::Config head(const RetinaNetConfig& config, std::int64_t outputs, const char* last_name) {
  return {.channels = config.pyramid_channels,
          .depth = config.head_depth,
          .anchors = anchors_per_cell(config.anchors),
          .outputs = outputs,
          .last_name = last_name};
}

// [N, anchors * outputs, H, W] -> [N, H W anchors, outputs].
Tensor anchor_by_anchor(const Tensor& map, std::int64_t outputs) {
  const std::int64_t anchors = map.size(1) / outputs * map.size(2) * map.size(3);
  return reshape(permute(map, {0, 2, 3, 1}), {map.size(0), anchors, outputs});
}

} // namespace

RetinaNetHead::RetinaNetHead(const Config& config)
    : config_(config),
      last_({.in_channels = config.channels,
             .out_channels = config.anchors * config.outputs,
             .kernel = 3,
             .padding = 1}) {
  for (std::int64_t i = 0; i < config.depth; ++i) {
    add(concat("conv.", i, ".0"),
        conv_.emplace_back(nn::Conv2dConfig{
            .in_channels = config.channels, .out_channels = config.channels, .kernel = 3, .padding = 1}));
  }
  add(config.last_name, last_);
}

Tensor RetinaNetHead::forward(std::span<const Tensor> features) const {
  std::vector<Tensor> levels;
  for (const Tensor& map : features) {
    Tensor y = map;
    for (const auto& conv : conv_) y = conv->forward(y, Activation::relu);
    levels.push_back(anchor_by_anchor(last_.forward(y), config_.outputs));
  }
  return concatenate(levels, 1);
}

RetinaNet::RetinaNet(const RetinaNetConfig& config)
    : config_(checked(config)),
      body_(config.backbone),
      fpn_(pyramid_on(body_, config)),
      classification_(head(config, config.num_classes, "cls_logits")),
      regression_(head(config, 4, "bbox_reg")) {
  require<ArgumentError>(config.anchors.sizes.size() == fpn_.level_count(), "RetinaNet: anchors for ",
                         config.anchors.sizes.size(), " levels, but the pyramid has ", fpn_.level_count());
  add("backbone.body", body_);
  add("backbone.fpn", fpn_);
  add("head.classification_head", classification_);
  add("head.regression_head", regression_);
}

RetinaNetOutput RetinaNet::forward(const Tensor& x, const RetinaNetOptions& options) const {
  std::vector<Tensor> levels;
  {
    const std::array<Tensor, 4> stages = body_.features(x);
    std::vector<Tensor> used;
    for (const auto stage : config_.pyramid_stages)
      used.push_back(stages[static_cast<std::size_t>(stage) - 1]);
    levels = fpn_.forward(used);
  }
  RetinaNetOutput output;
  output.cls_logits = classification_.forward(levels);
  output.bbox_regression = regression_.forward(levels);
  output.input = {x.size(2), x.size(3)};
  for (const Tensor& level : levels) output.grids.emplace_back(level.size(2), level.size(3));
  if (options.keep_features) output.features = std::move(levels);
  return output;
}

std::vector<std::vector<Detection>> RetinaNet::postprocess(const RetinaNetOutput& output) const {
  return detect(output, config_.anchors, config_.detection);
}

} // namespace mammo::models
