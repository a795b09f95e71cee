#pragma once

#include "mammo/models/cascaded_unets.hpp"
#include "models/json_fields.hpp"
#include "models/unet_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<CascadedUNetsConfig> auto& c) {
  field("scales", c.scales);
  field("unet", c.unet);
}

} // namespace mammo::models
