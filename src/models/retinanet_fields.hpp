#pragma once

#include "mammo/models/retinanet.hpp"
#include "models/json_fields.hpp"
#include "models/resnet_fields.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace mammo::models {

constexpr std::array<std::pair<std::string_view, ExtraLevels>, 4> enum_names(const ExtraLevels*) {
  return {{{"none", ExtraLevels::none},
           {"pool", ExtraLevels::pool},
           {"p6p7_on_p5", ExtraLevels::p6p7_on_p5},
           {"p6p7_on_c5", ExtraLevels::p6p7_on_c5}}};
}

template <class Visitor>
void describe(Visitor& field, Is<AnchorConfig> auto& c) {
  field("sizes", c.sizes);
  field("aspect_ratios", c.aspect_ratios);
}

template <class Visitor>
void describe(Visitor& field, Is<DetectionConfig> auto& c) {
  field("score_threshold", c.score_threshold);
  field("candidates_per_level", c.candidates_per_level);
  field("nms_threshold", c.nms_threshold);
  field("max_detections", c.max_detections);
  field("ignored_classes", c.ignored_classes);
}

template <class Visitor>
void describe(Visitor& field, Is<RetinaNetConfig> auto& c) {
  field("backbone", c.backbone);
  field("pyramid_stages", c.pyramid_stages);
  field("pyramid_channels", c.pyramid_channels);
  field("extra_levels", c.extra_levels);
  field("head_depth", c.head_depth);
  field("num_classes", c.num_classes);
  field("anchors", c.anchors);
  field("detection", c.detection);
}

} // namespace mammo::models
