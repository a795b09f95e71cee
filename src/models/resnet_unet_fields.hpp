#pragma once

#include "mammo/models/resnet_unet.hpp"
#include "models/json_fields.hpp"
#include "models/resnet_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<ResNetUNetConfig> auto& c) {
  field("encoder", c.encoder);
  field("decoder_channels", c.decoder_channels);
  field("num_classes", c.num_classes);
}

} // namespace mammo::models
