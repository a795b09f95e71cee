#pragma once

#include "mammo/models/transunet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<TransUNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("height", c.height);
  field("width", c.width);
  field("stem_channels", c.stem_channels);
  field("stage_blocks", c.stage_blocks);
  field("layers", c.layers);
  field("heads", c.heads);
  field("features", c.features);
  field("mlp_features", c.mlp_features);
  field("dropout", c.dropout);
  field("decoder_channels", c.decoder_channels);
}

} // namespace mammo::models
