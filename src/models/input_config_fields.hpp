#pragma once

#include "mammo/models/detector.hpp"
#include "models/json_fields.hpp"

namespace mammo::models {

template <class Visitor>
void describe(Visitor& field, Is<InputConfig::Breast> auto& c) {
  field("blur_sigma", c.blur_sigma);
  field("otsu_fraction", c.otsu_fraction);
  field("least_threshold", c.least_threshold);
  field("frame_columns", c.frame_columns);
  field("frame_rows", c.frame_rows);
  field("opening", c.opening);
  field("least_area", c.least_area);
  field("margin_columns", c.margin_columns);
  field("margin_rows", c.margin_rows);
  field("touching", c.touching);
  field("touching_rows", c.touching_rows);
}

template <class Visitor>
void describe(Visitor& field, Is<InputConfig::Brightness> auto& c) {
  field("percentile", c.percentile);
  field("background", c.background);
  field("target", c.target);
  field("least", c.least);
}

template <class Visitor>
void describe(Visitor& field, Is<InputConfig::Canvas> auto& c) {
  field("height", c.height);
  field("width", c.width);
  field("max_scale", c.max_scale);
}

template <class Visitor>
void describe(Visitor& field, Is<InputConfig> auto& c) {
  field("working_height", c.working_height);
  field("breast", c.breast);
  field("brightness", c.brightness);
  field("canvas", c.canvas);
  field("mean", c.mean);
}

/// Throws Error on a canvas that is none.
inline void check_canvas(const InputConfig& input) {
  const InputConfig::Canvas& canvas = input.canvas;
  require<Error>(canvas.height > 0 && canvas.width > 0 && canvas.height <= 8192 && canvas.width <= 8192,
                 "input.canvas is ", canvas.height, " x ", canvas.width, ", expected 1 to 8192 pixels");
}

} // namespace mammo::models
