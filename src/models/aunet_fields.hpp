#pragma once

#include "mammo/models/aunet.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<AUNetConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("channels", c.channels);
  field("attention_reduction", c.attention_reduction);
}

} // namespace mammo::models
