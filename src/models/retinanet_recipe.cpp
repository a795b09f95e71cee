#include "mammo/models/retinanet_recipe.hpp"

#include <cmath>

namespace mammo::models {

RetinaNetRecipe retinanet_torchvision() {
  return {.network = {.backbone = {.depth = 50, .frozen_norm = true, .num_classes = 0},
                      .anchors = {.sizes = {{32, 40, 50},
                                            {64, 80, 101},
                                            {128, 161, 203},
                                            {256, 322, 406},
                                            {512, 645, 812}},
                                  .aspect_ratios = {0.5, 1.0, 2.0}}},
          .loss = {}};
}

RetinaNetRecipe retinanet_thesis() {
  AnchorConfig anchors{.sizes = {}, .aspect_ratios = {0.5, 1.0, 2.0}};
  for (const double size : {32.0, 64.0, 128.0, 256.0, 512.0}) {
    anchors.sizes.push_back({size, size * std::exp2(1.0 / 3), size * std::exp2(2.0 / 3)});
  }
  return {.network = {.backbone = {.depth = 50, .norm_eps = 1e-3, .num_classes = 0},
                      .num_classes = 2,
                      .anchors = anchors,
                      .detection = {.score_threshold = 0.05,
                                    .candidates_per_level = 5000,
                                    .nms_threshold = 0.5,
                                    .max_detections = 100,
                                    .ignored_classes = {0}}},
          .loss = {.matcher = {.foreground_iou = 0.5, .background_iou = 0.5},
                   .focal_alpha = 0.25,
                   .focal_gamma = 1.5,
                   .box_loss = BoxLoss::huber,
                   .box_beta = 0.1,
                   .box_weight = 50,
                   .normalization = LossNormalization::batch}};
}

void initialize_heads(RetinaNet& network, Generator& generator, double prior) {
  require<ArgumentError>(prior > 0 && prior < 1, "prior probability ", prior, ", expected between 0 and 1");
  for (const nn::StateEntry& entry : network.state()) {
    if (!entry.name.starts_with("head.")) continue;
    require<TypeError>(entry.tensor.defined(), "heads of a RetinaNet without weights; load some first");
    Tensor tensor = entry.tensor;
    if (entry.name.ends_with(".weight")) {
      tensor.copy_from(random_normal(entry.shape, 0, 0.01, generator));
    } else if (entry.name.ends_with("cls_logits.bias")) {
      tensor.copy_from(Tensor::full(entry.shape, -std::log((1 - prior) / prior)));
    } else {
      tensor.copy_from(Tensor::zeros(entry.shape));
    }
  }
}

} // namespace mammo::models
