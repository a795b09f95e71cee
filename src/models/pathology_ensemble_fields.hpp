#pragma once

#include "mammo/models/pathology_ensemble.hpp"
#include "models/json_fields.hpp"
#include "models/resnet_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<PathologyEnsembleConfig> auto& c) {
  field("branch", c.branch);
  field("dense_features", c.dense_features);
  field("dropout", c.dropout);
  field("shape_classes", c.shape_classes);
  field("margin_classes", c.margin_classes);
  field("birads_classes", c.birads_classes);
}

} // namespace mammo::models
