#pragma once

#include "mammo/models/connected_unets.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<ConnectedUNetsConfig> auto& c) {
  field("input_channels", c.input_channels);
  field("num_classes", c.num_classes);
  field("channels", c.channels);
  field("residual", c.residual);
  field("attention_gates", c.attention_gates);
  field("dilations", c.dilations);
}

} // namespace mammo::models
