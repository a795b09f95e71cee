#include "data/phantom_masses.hpp"

#include "data/curves.hpp"
#include "data/power_law_noise.hpp"
#include "data/raster.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>
#include <utility>

namespace mammo::data {
namespace {

using Turn = std::complex<double>; // of length 1

constexpr int vertices = 96;

// Written out: the library's product of complex numbers looks for infinities.
Turn product(Turn a, Turn b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

Turn power(Turn turn, int times) {
  Turn result(1, 0);
  for (int i = 0; i < times; ++i) result = product(result, turn);
  return result;
}

// Directions to the vertices of an outline, evenly round.
std::vector<Turn> directions() {
  const Turn step(0.99785892323860350674, 0.06540312923014306682); // 1/96 of a full turn
  std::vector<Turn> all;
  Turn turn(1, 0);
  for (int i = 0; i < vertices; ++i) {
    all.push_back(turn);
    turn = product(turn, step);
  }
  return all;
}

// The radius for each direction, as a multiple of the mean one: an ellipse with waves on its border.
struct Wave {
  int count; // around the outline
  double height;
  bool is_lobe = false;
};

std::vector<Wave> waves_of(MassShape shape, Generator& generator) {
  const auto about = [&](double value) { return value * generator.uniform(0.6, 1.2); };
  switch (shape) {
  case MassShape::oval: return {{2, about(0.14)}, {3, about(0.03)}};
  case MassShape::lobulated: {
    const int lobes = 3 + static_cast<int>(generator.below(2));
    return {{2, about(0.12)}, {3, about(0.07)}, {lobes, about(0.11), true}};
  }
  case MassShape::spiculated:
    return {{2, about(0.08)}, {3, about(0.07)}, {7, about(0.05)}, {11, about(0.05)}, {16, about(0.05)}};
  }
  return {};
}

std::vector<double> draw_radii(MassShape shape, Generator& generator) {
  std::vector<double> radii(vertices, 1);
  const std::vector<Turn> around = directions();
  for (const Wave& wave : waves_of(shape, generator)) {
    const Point start = random_direction(generator);
    const Turn phase(start.x, start.y);
    for (std::size_t i = 0; i < radii.size(); ++i) {
      const double cosine = product(power(around[i], wave.count), phase).real();
      // Lobes are round with notches between: |cos| of half the angle, less its mean.
      const double lobe = 2 * (std::sqrt(std::max(0.0, 1 + cosine) / 2) - 0.63661977236758134);
      radii[i] += wave.height * (wave.is_lobe ? lobe : cosine);
    }
  }
  return radii;
}

// Straight fine lines that radiate from the border and pull on the tissue around.
void draw_spicules(Field& strands, std::span<const Point> outline, Point center, double radius, double scale,
                   Generator& generator) {
  const auto count = 14 + generator.below(10);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Point root = outline[generator.below(vertices)];
    const Point way{root.x - center.x, root.y - center.y};
    const double reach = generator.uniform(0.5, 1.3) * radius / length(way.x, way.y);
    const double side = generator.uniform(-0.2, 0.2);
    const Point inner{center.x + 0.6 * way.x, center.y + 0.6 * way.y};
    const Point tip{root.x + reach * (way.x - side * way.y), root.y + reach * (way.y + side * way.x)};
    const std::vector<Point> line = smooth_curve(std::vector<Point>{inner, root, tip}, 6);
    const double width = scale * generator.uniform(0.7, 1.3);
    draw_line(strands, line, {width, 0.3 * width, generator.uniform(0.06, 0.17)});
  }
}

std::vector<Point> draw_outline(const Lesion& lesion, Point center, double scale, Generator& generator) {
  const std::vector<double> radii = draw_radii(lesion.shape, generator);
  const std::vector<Turn> around = directions();
  std::vector<Point> outline;
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const double radius = radii[i] * lesion.radius * scale;
    outline.push_back({center.x + radius * around[i].real(), center.y + radius * around[i].imag()});
  }
  return outline;
}

// The square around a mass in which it changes the film: spicules end within it.
struct Patch {
  std::int64_t left;
  std::int64_t top;
  std::int64_t side;
  Field depth; // pixels from the border, negative outside
  Field strands;
  Field texture;
};

Patch draw_patch(const Lesion& lesion, std::span<const Point> outline, Point center, double scale,
                 Generator& generator) {
  const double radius = lesion.radius * scale;
  const auto half = static_cast<std::int64_t>(std::ceil(2.6 * radius)) + 4;
  const auto left = static_cast<std::int64_t>(std::floor(center.x)) - half;
  const auto top = static_cast<std::int64_t>(std::floor(center.y)) - half;
  const auto moved = [&](Point p) {
    return Point{p.x - static_cast<double>(left), p.y - static_cast<double>(top)};
  };
  std::vector<Point> local;
  for (const Point& p : outline) local.push_back(moved(p));

  const std::int64_t side = 2 * half;
  const Mask mask = fill_polygon(local, side, side);
  Field depth = distance_to(mask, 0);
  const Field outside = distance_to(mask, 1);
  for (std::size_t i = 0; i < depth.values.size(); ++i) depth.values[i] -= outside.values[i];
  Field strands(side, side);
  if (lesion.shape == MassShape::spiculated) {
    draw_spicules(strands, local, moved(center), radius, scale, generator);
  }
  return {left,
          top,
          side,
          std::move(depth),
          std::move(strands),
          power_law_noise(side, side, 6 * scale, 0.5 * scale, generator)};
}

} // namespace

DrawnMass draw_mass(Field& attenuation, const Lesion& lesion, Point center, double scale, const Mask& breast,
                    Generator& generator) {
  const std::vector<Point> outline = draw_outline(lesion, center, scale, generator);
  const Patch patch = draw_patch(lesion, outline, center, scale, generator);
  const bool spiculated = lesion.shape == MassShape::spiculated;
  const double radius = lesion.radius * scale;
  const double contrast = generator.uniform(0.28, 0.44) + 0.008 * lesion.radius;
  // Circumscribed borders are sharp, those of invasive masses are not.
  const double blur = scale * (spiculated ? 1.8 : 1.0);
  for (std::int64_t j = 0; j < patch.side; ++j) {
    for (std::int64_t i = 0; i < patch.side; ++i) {
      const std::int64_t y = patch.top + j;
      const std::int64_t x = patch.left + i;
      if (y < 0 || x < 0 || y >= breast.height || x >= breast.width || breast(y, x) == 0) continue;
      const auto depth = static_cast<double>(patch.depth(j, i));
      const double edge = ramp(-blur, blur, depth);
      const double thickness = 0.5 + 0.5 * ramp(0, radius, depth); // a ball is thicker in its middle
      const double uneven = 1 + 0.13 * static_cast<double>(patch.texture(j, i));
      const double halo = spiculated ? 0.10 * bell((depth - radius) / (2.2 * radius)) * (1 - edge) : 0;
      float& value = attenuation(y, x);
      // It takes the place of what was there: in dense tissue less is gained.
      const double gained = contrast * std::clamp(1.6 - static_cast<double>(value), 0.5, 1.0);
      value += static_cast<float>(gained * (edge * thickness * uneven + halo) +
                                  static_cast<double>(patch.strands(j, i)) * (1 - edge));
    }
  }
  return {outline, fill_polygon(outline, breast.height, breast.width)};
}

} // namespace mammo::data
