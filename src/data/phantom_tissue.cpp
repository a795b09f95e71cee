#include "data/phantom_tissue.hpp"

#include "data/curves.hpp"
#include "data/power_law_noise.hpp"
#include "data/raster.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mammo::data {
namespace {

constexpr double rounded_edge = 22; // mm from the skin within which the compressed breast is thinner
constexpr double fat = 0.52;
constexpr double gland = 0.62; // more than fat of the same thickness
constexpr double muscle = 0.60;

Point center_of(std::int64_t y, std::int64_t x) {
  return {static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
}

// 1 in the middle of the glandular disc, 0 on its border, negative outside.
double glandular_prior(const Silhouette& shape, Point p) {
  const double y = (p.y - shape.gland.y) / shape.gland_axes.y;
  const double x = (p.x - shape.gland.x - shape.gland_tilt * (p.y - shape.gland.y)) / shape.gland_axes.x;
  return 1 - std::sqrt(x * x + y * y);
}

// Noise stretched along the way to the nipple, as the breast's ducts, vessels and fibres are.
class RadialNoise {
 public:
  // Wavelengths in millimetres; `stretch`: how much longer along that way than across it.
  RadialNoise(const Canvas& canvas, double coarsest, double finest, double stretch, Generator& generator)
      : nipple_(canvas.shape.nipple),
        reach_(static_cast<double>(canvas.height)),
        step_(std::max(finest * canvas.scale / 4, 1.0)),
        stretch_(stretch) {
    // Across: 0.75 reach to either side of the nipple. Along: up to the film's diagonal.
    const auto samples = [&](double size) { return static_cast<std::int64_t>(size * reach_ / step_) + 2; };
    field_ = power_law_noise(samples(1.5), samples(1.42 / stretch), coarsest * canvas.scale / step_,
                             finest * canvas.scale / step_, generator);
  }

  double operator()(Point p) const {
    const double dy = p.y - nipple_.y;
    const double away = length(nipple_.x - p.x, dy);
    const double across = 0.75 * reach_ * (1 + dy / (away + 0.3 * reach_));
    return sample(field_, across / step_, away / stretch_ / step_);
  }

 private:
  Point nipple_;
  double reach_;
  double step_; // pixels from one sample to the next
  double stretch_;
  Field field_;
};

// Lobes of fibroglandular tissue with fat between: the more, the denser the breast.
Field draw_glandularity(const Canvas& canvas, int density, Generator& generator) {
  constexpr std::array<double, 4> surplus = {-0.55, -0.12, 0.32, 0.85};
  const double more = surplus[static_cast<std::size_t>(density - 1)];
  const RadialNoise lobes(canvas, 50, 1.0, 1.8, generator);
  const Field texture =
      power_law_noise(canvas.height, canvas.width, 14 * canvas.scale, 0.5 * canvas.scale, generator);
  Field result(canvas.height, canvas.width);
  for (std::int64_t y = 0; y < canvas.height; ++y) {
    for (std::int64_t x = 0; x < canvas.width; ++x) {
      if (canvas.breast(y, x) == 0) continue;
      const Point p = center_of(y, x);
      const double prior = std::max(glandular_prior(canvas.shape, p), -1.5);
      const auto uneven = static_cast<double>(texture(y, x));
      const double lobe = 1.05 * prior + 0.50 * lobes(p) + 0.10 * uneven + more;
      const double below_skin = ramp(2, 9, static_cast<double>(canvas.skin_depth(y, x)));
      const double amount = ramp(-0.55, 1.15, lobe) * (0.82 + 0.17 * uneven) * below_skin;
      result(y, x) = static_cast<float>(std::clamp(amount, 0.0, 1.0));
    }
  }
  return result;
}

// A line that wanders: `bend` is the largest sideways change of a unit step's direction.
std::vector<Point> wander(Point start, Point direction, double reach, double bend, Generator& generator) {
  constexpr int knots = 5;
  std::vector<Point> through = {start};
  Point way = direction;
  for (int i = 0; i < knots; ++i) {
    const double turn = generator.uniform(-bend, bend);
    way = {way.x - turn * way.y, way.y + turn * way.x};
    const double unit = reach / knots / length(way.x, way.y);
    through.push_back({through.back().x + way.x * unit, through.back().y + way.y * unit});
    way = {way.x * unit, way.y * unit};
  }
  return smooth_curve(through, 8);
}

// Cooper's ligaments: from the glandular disc outwards to the skin.
void draw_ligaments(Field& strands, const Canvas& canvas, Generator& generator) {
  const Silhouette& shape = canvas.shape;
  for (int i = 0; i < 260; ++i) {
    const Point out = random_direction(generator);
    const double from = generator.uniform(0.3, 1.15);
    const Point start{shape.gland.x + out.x * from * shape.gland_axes.x,
                      shape.gland.y + out.y * from * shape.gland_axes.y};
    const Point aim{out.x + generator.uniform(-0.6, 0.9), out.y + generator.uniform(-0.6, 0.6)};
    const auto line = wander(start, aim, canvas.scale * generator.uniform(8, 32), 0.4, generator);
    const double width = canvas.scale * generator.uniform(0.4, 1.1);
    draw_line(strands, line, {width, 0.4 * width, generator.uniform(0.03, 0.15), true});
  }
}

// Ducts: a fan from the nipple.
void draw_ducts(Field& strands, const Canvas& canvas, Generator& generator) {
  const Point nipple{canvas.shape.nipple.x - 3 * canvas.scale, canvas.shape.nipple.y};
  for (int i = 0; i < 12; ++i) {
    // Drawn one after the other: the order of a call's arguments is the compiler's choice.
    const Point aim{-1, generator.uniform(-0.9, 0.9)};
    const double reach = canvas.scale * generator.uniform(20, 50);
    const auto line = wander(nipple, aim, reach, 0.25, generator);
    draw_line(strands, line, {canvas.scale * 1.3, canvas.scale * 0.5, generator.uniform(0.05, 0.16), true});
  }
}

void draw_vessels(Field& strands, const Canvas& canvas, Generator& generator) {
  const Silhouette& shape = canvas.shape;
  for (int i = 0; i < 4; ++i) {
    const Point start{generator.uniform(0, 0.3) * shape.nipple.x,
                      shape.gland.y + generator.uniform(-1.1, 1.1) * shape.gland_axes.y};
    const Point aim{shape.nipple.x - start.x, 0.6 * (shape.nipple.y - start.y)};
    const auto line = wander(start, aim, generator.uniform(0.5, 0.8) * length(aim.x, aim.y), 0.35, generator);
    const double width = canvas.scale * generator.uniform(0.9, 1.7);
    draw_line(strands, line, {width, 0.5 * width, generator.uniform(0.08, 0.16), true});
  }
}

// The net of fibres between: where a random field changes its sign, there is a thread.
void add_net(Field& strands, const Canvas& canvas, double mesh, double amount, Generator& generator) {
  const RadialNoise noise(canvas, 2.2 * mesh, 0.4 * mesh, 1.7, generator);
  for (std::int64_t y = 0; y < canvas.height; ++y) {
    for (std::int64_t x = 0; x < canvas.width; ++x) {
      if (canvas.breast(y, x) == 0) continue;
      strands(y, x) += static_cast<float>(amount * bell(noise(center_of(y, x)) / 0.26));
    }
  }
}

Field draw_strands(const Canvas& canvas, Generator& generator) {
  Field strands(canvas.height, canvas.width);
  draw_ligaments(strands, canvas, generator);
  draw_ducts(strands, canvas, generator);
  draw_vessels(strands, canvas, generator);
  add_net(strands, canvas, 9, 0.07, generator);
  add_net(strands, canvas, 4, 0.055, generator);
  add_net(strands, canvas, 1.8, 0.035, generator);
  return strands;
}

// How much of the thickness is muscle, 0 to 1; its border is soft.
double muscle_share(const Canvas& canvas, std::int64_t y, std::int64_t x) {
  if (canvas.muscle_depth.values.empty()) return 0;
  const auto depth = static_cast<double>(canvas.muscle_depth(y, x));
  return ramp(-1.2, 2.2, depth) * (0.62 + 0.38 * ramp(0, 40, depth));
}

} // namespace

Canvas::Canvas(const Silhouette& in_pixels, std::int64_t rows, std::int64_t columns, double pixels_per_mm)
    : shape(in_pixels),
      height(rows),
      width(columns),
      scale(pixels_per_mm),
      breast(fill_polygon(shape.breast, rows, columns)),
      pectoral(fill_polygon(shape.pectoral, rows, columns)),
      skin_depth(distance_to(breast, 0)) {
  const auto mm = static_cast<float>(1 / scale);
  for (float& depth : skin_depth.values) depth *= mm;
  if (shape.pectoral.empty()) return;
  muscle_depth = distance_to(pectoral, 0);
  const Field before = distance_to(pectoral, 1);
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    muscle_depth.values[i] = (muscle_depth.values[i] - before.values[i]) * mm;
  }
}

PhantomTissue draw_tissue(const Canvas& canvas, int density, Generator& generator) {
  PhantomTissue tissue{draw_glandularity(canvas, density, generator), Field(canvas.height, canvas.width)};
  const Field strands = draw_strands(canvas, generator);
  const Field mottle =
      power_law_noise(canvas.height, canvas.width, 60 * canvas.scale, 0.4 * canvas.scale, generator);
  for (std::int64_t y = 0; y < canvas.height; ++y) {
    for (std::int64_t x = 0; x < canvas.width; ++x) {
      if (canvas.breast(y, x) == 0) continue;
      const auto depth = static_cast<double>(canvas.skin_depth(y, x));
      const double rest = 1 - std::min(depth / rounded_edge, 1.0);
      // Processing for presentation takes back part of the fall in thickness.
      const double thickness = 0.6 * std::sqrt(1 - rest * rest) + 0.4 * ramp(0, 3, depth);
      const auto uneven = static_cast<double>(mottle(y, x));
      const double behind = muscle_share(canvas, y, x);
      const double front = 1 - 0.7 * behind;
      double value = fat + 0.05 * uneven + gland * front * static_cast<double>(tissue.glandularity(y, x)) +
                     front * static_cast<double>(strands(y, x));
      value = value * thickness + muscle * behind * (1 + 0.045 * uneven);
      value += 0.13 * bell((depth - 1.2) / 1.4); // skin, seen edge on
      tissue.attenuation(y, x) = static_cast<float>(value);
      if (canvas.pectoral(y, x) != 0) tissue.glandularity(y, x) = 0;
    }
  }
  return tissue;
}

} // namespace mammo::data
