#include "mammo/image/heat_layer.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image {
namespace {

struct LightnessHueChroma {
  double lightness; // CIE L*, 0 to 100
  double hue;       // of CIELAB, degrees
  double chroma;
};

double encoded(double linear) { // IEC 61966-2-1
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

double cube_unless_small(double f) {
  constexpr double knee = 6.0 / 29;
  return f > knee ? f * f * f : 3 * knee * knee * (f - 4.0 / 29);
}

// CIELAB (D65) -> linear sRGB, which may lie outside 0 to 1.
std::array<double, 3> linear_rgb(const LightnessHueChroma& color) {
  const double angle = color.hue * M_PI / 180;
  const double fy = (color.lightness + 16) / 116;
  const double x = 0.95047 * cube_unless_small(fy + color.chroma * std::cos(angle) / 500);
  const double y = cube_unless_small(fy);
  const double z = 1.08883 * cube_unless_small(fy - color.chroma * std::sin(angle) / 200);
  return {3.2404542 * x - 1.5371385 * y - 0.4985314 * z, -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
          0.0556434 * x - 0.2040259 * y + 1.0572252 * z};
}

bool can_be_shown(const std::array<double, 3>& rgb) {
  return std::ranges::all_of(rgb, [](double part) { return part >= -1e-4 && part <= 1 + 1e-4; });
}

// With less chroma where a screen cannot show so much at that lightness; the lightness stays.
std::array<std::uint8_t, 3> on_screen(LightnessHueChroma color) {
  while (color.chroma > 0 && !can_be_shown(linear_rgb(color))) color.chroma -= 0.5;
  std::array<std::uint8_t, 3> result{};
  const auto rgb = linear_rgb(color);
  for (std::size_t i = 0; i < 3; ++i) {
    result[i] = static_cast<std::uint8_t>(std::lround(255 * encoded(std::clamp(rgb[i], 0.0, 1.0))));
  }
  return result;
}

// Bilinear; u and v count from the map's edges.
float value_at(const float* map, std::int64_t height, std::int64_t width, double u, double v) {
  if (!(u >= 0 && v >= 0 && u <= static_cast<double>(width) && v <= static_cast<double>(height))) return 0;
  const double x = std::clamp(u - 0.5, 0.0, static_cast<double>(width - 1));
  const double y = std::clamp(v - 0.5, 0.0, static_cast<double>(height - 1));
  const auto left = static_cast<std::int64_t>(x);
  const auto top = static_cast<std::int64_t>(y);
  const std::int64_t right = std::min(left + 1, width - 1);
  const std::int64_t bottom = std::min(top + 1, height - 1);
  const auto fx = static_cast<float>(x - static_cast<double>(left));
  const auto fy = static_cast<float>(y - static_cast<double>(top));
  const float above = map[top * width + left] * (1 - fx) + map[top * width + right] * fx;
  const float below = map[bottom * width + left] * (1 - fx) + map[bottom * width + right] * fx;
  return above * (1 - fy) + below * fy;
}

// 0 is -1, the middle 0, the end 1.
constexpr int table_half = 255;
using Table = std::array<std::array<std::uint8_t, 3>, 2 * table_half + 1>;

const Table& color_table() {
  static const Table table = [] {
    Table colors{};
    int place = -table_half;
    for (auto& color : colors) color = heat_color(static_cast<double>(place++) / table_half);
    return colors;
  }();
  return table;
}

} // namespace

std::array<std::uint8_t, 3> heat_color(double value) {
  const double strength = std::min(std::abs(value), 1.0);
  const double lightness = 30 + 65 * strength;
  if (value < 0) return on_screen({lightness, 290 - 90 * strength, 70 - 40 * strength});
  return on_screen({lightness, -45 + 150 * strength, 75 - 15 * strength});
}

double heat_coverage(double value) {
  return std::min(1.0, 2 * std::abs(value));
}

void draw_heat(Tensor& rgb, const HeatLayer& layer, const AffineTransform& to_picture) {
  require<ShapeError>(rgb.rank() == 3 && rgb.size(2) == 3, "draw_heat: a picture of shape ", rgb.shape(),
                      ", expected [H, W, 3]");
  require<ShapeError>(layer.map.defined() && layer.map.rank() == 2 && layer.map.numel() > 0,
                      "draw_heat: a map of shape ", layer.map.defined() ? layer.map.shape() : Shape(),
                      ", expected [h, w]");
  require<ArgumentError>(layer.full_scale > 0 && std::isfinite(layer.full_scale), "draw_heat: full scale ",
                         layer.full_scale, ", expected more than 0");
  require<ArgumentError>(layer.opacity >= 0 && layer.opacity <= 1, "draw_heat: opacity ", layer.opacity,
                         ", expected 0 to 1");
  const Tensor map = layer.map.contiguous();
  const float* values = map.data<float>().data();
  const AffineTransform to_map = to_picture.then(layer.to_map);
  std::uint8_t* pixel = rgb.mutable_data<std::uint8_t>().data();
  for (std::int64_t row = 0; row < rgb.size(0); ++row) {
    for (std::int64_t column = 0; column < rgb.size(1); ++column, pixel += 3) {
      const Point at = to_map.apply(Point{static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5});
      const double value = value_at(values, map.size(0), map.size(1), at.x, at.y) / layer.full_scale;
      const double cover = layer.opacity * heat_coverage(value);
      if (!(cover > 0)) continue;
      const auto place = std::lround(std::clamp(value, -1.0, 1.0) * table_half) + table_half;
      const auto& color = color_table()[static_cast<std::size_t>(place)];
      for (int i = 0; i < 3; ++i) {
        pixel[i] = static_cast<std::uint8_t>(
            std::lround(pixel[i] + cover * (color[static_cast<std::size_t>(i)] - pixel[i])));
      }
    }
  }
}

} // namespace mammo::image
