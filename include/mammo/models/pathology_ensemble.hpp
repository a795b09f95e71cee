#pragma once

#include "mammo/models/resnet.hpp"
#include "mammo/nn/dropout.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mammo::models {

struct PathologyEnsembleConfig {
  /// Of each of the three.
  ResNetConfig branch{.num_classes = 0};
  /// Of the dense layers behind them.
  std::vector<std::int64_t> dense_features{512, 256, 128};
  double dropout = 0.3;
  /// Classes of the heads beside pathology; 0 leaves one out.
  std::int64_t shape_classes = 0;
  std::int64_t margin_classes = 0;
  std::int64_t birads_classes = 0;

  bool operator==(const PathologyEnsembleConfig&) const = default;
};

/// Seed 003's, its ResNet-50 "pretrained with the imagenet weights" taken to be
/// `tf.keras.applications.ResNet50`: strides on the first 1x1 convolution, 1.001e-5 in the norms.
PathologyEnsembleConfig pathology_ensemble_thesis();
/// Half as wide, for grey pictures; a branch can start from weights of the half-width ResNet-50 on ImageNet.
PathologyEnsembleConfig pathology_ensemble_half();

struct PathologyOutput {
  Tensor pathology; ///< [N, 1]: the logit of malignancy; its sigmoid is a probability
  Tensor shape;     ///< [N, shape_classes], logits; undefined where the head was left out, as the next two
  Tensor margin;    ///< [N, margin_classes]
  Tensor birads;    ///< [N, birads_classes]
};

/// Whether a mass is malignant (seed 003, section 6.3.3 and listing 7.12): one ResNet looks at the crop
/// around it, one at its margin - the crop where the mask of the mass is not - and one at its shape, the crop
/// where the mask is. Their features, averaged over the picture, are joined in this order and pass dense
/// layers, each with a ReLU and dropout, to one logit.
///
/// Where the seed is silent: it does not show `create_resnet`, so neither its input's size nor what makes a
/// vector of its last map; here that is the average over the map, with which a ResNet ends. Keras'
/// convolutions have biases, here they have none: the norm behind takes up what they add. The seed has one
/// head; it finds that shape, margin and BI-RADS assessment go with pathology (sections 5.1.1.2 and 5.1.1.4),
/// so there can be heads for these too, on the last dense layer, for training where the labels are known. It
/// trains the branches alone first, each as a ResNet of one class.
class PathologyEnsemble : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit PathologyEnsemble(const PathologyEnsembleConfig& config);

  /// image [N, C, H, W]; mask [N, 1, H, W], 1 on the mass and 0 elsewhere, or how sure a segmentation is.
  /// Throws ShapeError on a mask of another size.
  PathologyOutput forward(const Tensor& image, const Tensor& mask) const;

  const PathologyEnsembleConfig& config() const { return config_; }

 private:
  PathologyEnsembleConfig config_;
  ResNet original_;
  ResNet margin_;
  ResNet shape_;
  nn::ModuleList<nn::Linear> dense_;
  nn::Dropout dropout_;
  nn::Linear pathology_head_;
  std::optional<nn::Linear> shape_head_;
  std::optional<nn::Linear> margin_head_;
  std::optional<nn::Linear> birads_head_;
};

} // namespace mammo::models
