#pragma once

#include "mammo/core/random.hpp"
#include "mammo/models/retinanet_loss.hpp"

namespace mammo::models {

/// A RetinaNet and what it is trained with.
struct RetinaNetRecipe {
  RetinaNetConfig network;
  RetinaNetLossConfig loss;

  bool operator==(const RetinaNetRecipe&) const = default;
};

/// torchvision's retinanet_resnet50_fpn for COCO, its backbone's norms frozen, as they are there on a
/// pretrained one.
RetinaNetRecipe retinanet_torchvision();

/// The thesis' detector (seed 003, section 7.4.1): TensorFlow Model Garden's `retinanet_resnetfpn_coco`, of
/// which listing 7.6 changes the input, the classes - 0 is background and no target, 1 is a mass - and the
/// schedule. Films are resized to 1024 x 512 and then, by the Garden, to 640 x 640. What the thesis leaves at
/// the Garden's defaults: focal gamma 1.5, Huber loss of delta 0.1 with weight 50, losses divided by the
/// batch's positives, negatives up to an IoU of 0.5, NMS at 0.5, 100 boxes.
///
/// The seed contradicts itself on the beginning: its text says weights pretrained on COCO, its listing 7.5
/// asks for an experiment that is named after COCO, and whose default is a backbone pretrained on ImageNet.
/// With a head for two classes the heads begin anew either way (initialize_heads); we begin from ImageNet.
///
/// Not the Garden's: anchors lie and are rounded as torchvision's, and the heads have no norms.
RetinaNetRecipe retinanet_thesis();

/// Gives both heads the weights that training begins with (Lin et al. 2017, section 4.1): normal with a
/// deviation of 0.01, biases 0, but those of the logits such that every anchor begins with the probability
/// `prior`; otherwise the many negatives would drown the first steps. The rest of the network stays as it is.
/// Throws ArgumentError unless 0 < prior < 1, TypeError on a network without weights.
void initialize_heads(RetinaNet& network, Generator& generator, double prior = 0.01);

} // namespace mammo::models
