#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/image/heat_layer.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::image {

/// One finding to be drawn.
struct Marking {
  Box box;               ///< in pixels of the original picture, between pixel edges
  double score = 0;      ///< 0 to 1
  std::string label;     ///< written before the score, such as "mass"; may be empty
  std::string note = {}; ///< written after the score; may be empty
  /// Around what is in the box, in pixels of the original picture; drawn closed, in the box's colour. May be
  /// empty.
  std::vector<Point> outline = {};
};

struct OverlayOptions {
  /// Keeps the film's own size. Otherwise it is scaled down until the overlay, strip included, is at most
  /// `max_height` pixels high, and a film of less than half of `legible_height` is enlarged by a whole
  /// number.
  bool full_size = false;
  std::int64_t max_height = 2048;
  std::int64_t legible_height = 640;
  /// Score from which a box has the strongest colour and the thickest line; the weakest belongs to
  /// `threshold`, or to 0.
  double strong_score = 0.6;

  /// Drawn over the film, beneath the boxes, with a colour bar on top of the strip.
  std::optional<HeatLayer> heat = std::nullopt;

  /// Parts of the film, such as dense tissue, as polygons in pixels of the original picture: thin blue lines
  /// beneath the boxes.
  std::vector<std::vector<Point>> areas = {};

  // What the strip below the film says; an empty text is left out.
  std::optional<double> threshold = std::nullopt; ///< score that a finding needed to be shown
  std::string laterality = {};                    ///< "L", "R"
  std::string view = {};                          ///< "CC", "MLO", ...
  std::string notice = "research software, not a medical device";
  std::string not_assessed = {}; ///< what was not looked for
  std::string remark = {};       ///< what else there is to know of the findings
  std::string areas_note = {};   ///< what `areas` are
  std::string caption = {};      ///< said in place of the number of marks
};

/// The film with boxes around the findings, each with its score on a dark plate beside it, and a strip below.
/// Plates lie inside the film, off each other and off the boxes where there is room; a plate that lies away
/// from its box has a line to it; a plate that finds no free room is left out and the strip says how many
/// were. A layer of heat lies between the film and the boxes. Weak scores are thin and pale yellow, strong
/// ones thick and dark orange: told apart by lightness and width, not by hue alone. Characters outside of
/// ASCII are drawn as '?'.
///
/// `grey`: u8 [H, W]. Returns RGB, u8 [h, w, 3]. Throws TypeError or ShapeError on another picture,
/// ArgumentError on a box or a score that is not finite, or a size below 64 pixels.
Tensor draw_overlay(const Tensor& grey, std::span<const Marking> markings,
                    const OverlayOptions& options = {});

} // namespace mammo::image
