#pragma once

#include "mammo/models/resnet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<ResNetConfig> auto& c) {
  field("depth", c.depth);
  field("width_factor", c.width_factor);
  field("stride_on_1x1", c.stride_on_1x1);
  field("replace_stride_with_dilation", c.replace_stride_with_dilation);
  field("se_reduction", c.se_reduction);
  field("input_channels", c.input_channels);
  field("frozen_norm", c.frozen_norm);
  field("norm_eps", c.norm_eps);
  field("num_classes", c.num_classes);
}

} // namespace mammo::models
