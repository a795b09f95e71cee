#pragma once

#include "mammo/core/error.hpp"
#include "mammo/models/lesion_input_config.hpp"
#include "models/input_config_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<LesionInputConfig> auto& c) {
  field("working_height", c.working_height);
  field("breast", c.breast);
  field("brightness", c.brightness);
  field("context", c.context);
  field("size", c.size);
  field("mean", c.mean);
}

/// Throws Error on a window that is none.
inline void check_lesion_input(const LesionInputConfig& input) {
  require<Error>(input.size >= 32 && input.size <= 1024, "input.size is ", input.size,
                 ", expected 32 to 1024 pixels");
  require<Error>(input.context >= 0.5 && input.context <= 10, "input.context is ", input.context,
                 ", expected 0.5 to 10");
}

} // namespace mammo::models
