#pragma once

#include "mammo/models/densenet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<DenseNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("growth_rate", c.growth_rate);
  field("blocks", c.blocks);
  field("init_features", c.init_features);
  field("bottleneck_factor", c.bottleneck_factor);
}

} // namespace mammo::models
