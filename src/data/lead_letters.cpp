#include "data/lead_letters.hpp"

#include "data/raster.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mammo::data {
namespace {

using Stroke = std::vector<Point>;

constexpr double advance = 0.85; // from one letter to the next, for a height of 1
constexpr double letter_width = 0.6;
constexpr double pen = 0.16;

// In a box 0.6 wide and 1 high.
std::vector<Stroke> strokes_of(char letter) {
  switch (letter) {
  case 'L': return {{{0.05, 0}, {0.05, 1}, {0.6, 1}}};
  case 'R':
    return {
        {{0.05, 1}, {0.05, 0}, {0.4, 0}, {0.55, 0.1}, {0.58, 0.27}, {0.52, 0.44}, {0.4, 0.52}, {0.05, 0.52}},
        {{0.3, 0.52}, {0.6, 1}}};
  case 'C':
    return {{{0.58, 0.2},
             {0.48, 0.06},
             {0.3, 0},
             {0.12, 0.1},
             {0.03, 0.32},
             {0.02, 0.5},
             {0.03, 0.68},
             {0.12, 0.9},
             {0.3, 1},
             {0.48, 0.94},
             {0.58, 0.8}}};
  case 'M': return {{{0, 1}, {0.03, 0}, {0.3, 0.62}, {0.57, 0}, {0.6, 1}}};
  case 'O':
    return {{{0.3, 0},
             {0.12, 0.08},
             {0.02, 0.3},
             {0, 0.5},
             {0.02, 0.7},
             {0.12, 0.92},
             {0.3, 1},
             {0.48, 0.92},
             {0.58, 0.7},
             {0.6, 0.5},
             {0.58, 0.3},
             {0.48, 0.08},
             {0.3, 0}}};
  default: return {};
  }
}

} // namespace

Box draw_lead_letters(Field& field, std::string_view text, Point corner, double height) {
  constexpr double brightness = 1.8;
  const double width = (advance * static_cast<double>(text.size() - 1) + letter_width) * height;
  const double width_of_pen = std::max(pen * height, 1.0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const double left = corner.x - width + advance * height * static_cast<double>(i);
    for (Stroke stroke : strokes_of(text[i])) {
      for (Point& point : stroke) point = {left + point.x * height, corner.y + point.y * height};
      draw_line(field, stroke, {width_of_pen, width_of_pen, brightness});
    }
  }
  const double x = std::floor(corner.x - width - width_of_pen);
  const double y = std::floor(corner.y - width_of_pen);
  return clip({x, y, std::ceil(corner.x + width_of_pen) - x, std::ceil(corner.y + height + width_of_pen) - y},
              static_cast<double>(field.width), static_cast<double>(field.height));
}

} // namespace mammo::data
