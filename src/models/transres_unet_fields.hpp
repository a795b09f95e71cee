#pragma once

#include "mammo/models/transres_unet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<TransResUNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("height", c.height);
  field("width", c.width);
  field("channels", c.channels);
  field("layers", c.layers);
  field("heads", c.heads);
  field("features", c.features);
  field("head_features", c.head_features);
  field("mlp_features", c.mlp_features);
  field("dropout", c.dropout);
  field("output_dropout", c.output_dropout);
}

} // namespace mammo::models
