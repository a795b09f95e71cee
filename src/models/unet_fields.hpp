#pragma once

#include "mammo/models/unet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<UNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("channels", c.channels);
  field("residual_encoder", c.residual_encoder);
  field("residual_decoder", c.residual_decoder);
  field("attention_gates", c.attention_gates);
  field("head_kernel", c.head_kernel);
}

} // namespace mammo::models
