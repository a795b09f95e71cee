#pragma once

#include "mammo/models/vit.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<VisionTransformerConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("height", c.height);
  field("width", c.width);
  field("patch", c.patch);
  field("layers", c.layers);
  field("heads", c.heads);
  field("features", c.features);
  field("mlp_features", c.mlp_features);
}

} // namespace mammo::models
