#include "mammo/models/pathology_ensemble.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

namespace mammo::models {
namespace {

const PathologyEnsembleConfig& checked(const PathologyEnsembleConfig& config) {
  require<ArgumentError>(config.branch.num_classes == 0,
                         "pathology ensemble of ResNets with a classifier, expected num_classes 0");
  require<ArgumentError>(!config.dense_features.empty() && config.dense_features.size() <= 8,
                         "pathology ensemble of ", config.dense_features.size(),
                         " dense layers, expected 1 to 8");
  for (const std::int64_t features : config.dense_features) {
    require<ArgumentError>(features >= 1 && features <= 65536, "pathology ensemble with a dense layer of ",
                           features, " features, expected 1 to 65536");
  }
  for (const std::int64_t classes : {config.shape_classes, config.margin_classes, config.birads_classes}) {
    require<ArgumentError>(classes >= 0 && classes <= 65536, "pathology ensemble with a head of ", classes,
                           " classes, expected 0 to 65536");
  }
  return config;
}

void check_inputs(const Tensor& image, const Tensor& mask) {
  require<ShapeError>(image.rank() == 4, "pathology ensemble given an image ", image.shape(),
                      ", expected [N, C, H, W]");
  const Shape expected{image.size(0), 1, image.size(2), image.size(3)};
  require<ShapeError>(mask.shape() == expected, "pathology ensemble given a mask ", mask.shape(),
                      ", expected ", expected);
}

Tensor averages(const ResNet& branch, const Tensor& x) {
  return flatten(adaptive_average_pool2d(branch.features(x)[3], 1));
}

Tensor logits(const std::optional<nn::Linear>& head, const Tensor& x) {
  return head ? head->forward(x) : Tensor{};
}

} // namespace

PathologyEnsembleConfig pathology_ensemble_thesis() {
  return {.branch = {.stride_on_1x1 = true, .norm_eps = 1.001e-5, .num_classes = 0}};
}

PathologyEnsembleConfig pathology_ensemble_half() {
  return {.branch = {.width_factor = 0.5, .stride_on_1x1 = true, .input_channels = 1, .num_classes = 0}};
}

PathologyEnsemble::PathologyEnsemble(const PathologyEnsembleConfig& config)
    : config_(checked(config)),
      original_(config.branch),
      margin_(config.branch),
      shape_(config.branch),
      dropout_({.probability = config.dropout}),
      pathology_head_({.in_features = config.dense_features.back(), .out_features = 1}) {
  add("original", original_);
  add("margin", margin_);
  add("shape", shape_);
  std::int64_t in_features = 3 * original_.stage_channels(3);
  for (const std::int64_t features : config.dense_features) {
    dense_.emplace_back(nn::LinearConfig{.in_features = in_features, .out_features = features});
    in_features = features;
  }
  add("dense", dense_);
  add("dropout", dropout_);
  add("heads.pathology", pathology_head_);
  const auto add_head = [&](const char* name, std::optional<nn::Linear>& head, std::int64_t classes) {
    if (classes == 0) return;
    add(name, head.emplace(nn::LinearConfig{.in_features = in_features, .out_features = classes}));
  };
  add_head("heads.shape", shape_head_, config.shape_classes);
  add_head("heads.margin", margin_head_, config.margin_classes);
  add_head("heads.birads", birads_head_, config.birads_classes);
}

PathologyOutput PathologyEnsemble::forward(const Tensor& image, const Tensor& mask) const {
  check_inputs(image, mask);
  const Tensor inside = multiply(image, mask);
  const Tensor outside = subtract(image, inside);
  Tensor x = concatenate(
      std::array{averages(original_, image), averages(margin_, outside), averages(shape_, inside)}, 1);
  for (const auto& layer : dense_) x = dropout_.forward(layer->forward(x, Activation::relu));
  return {.pathology = pathology_head_.forward(x),
          .shape = logits(shape_head_, x),
          .margin = logits(margin_head_, x),
          .birads = logits(birads_head_, x)};
}

} // namespace mammo::models
