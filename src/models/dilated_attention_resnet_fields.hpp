#pragma once

#include "mammo/models/dilated_attention_resnet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<DilatedAttentionResNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("stem_channels", c.stem_channels);
  field("stage_blocks", c.stage_blocks);
  field("attention_reduction", c.attention_reduction);
}

} // namespace mammo::models
