#include "data/phantom_anatomy.hpp"

#include "data/curves.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mammo::data {
namespace {

constexpr std::size_t cc = 0;
constexpr std::size_t mlo = 1;

struct Film {
  double height; // mm
  double width;
};

// What both breasts of a woman share but for small differences.
struct Build {
  double half_height; // of the breast on the chest wall, in CC
  double depth;       // from the chest wall to the nipple
  double roundness;   // 0 round, 1 conical
  double axilla;      // width of the muscle at the film's upper edge in MLO, as a fraction of the depth
};

enum : std::uint64_t { shared_part = 1, breast_part = 2, lesion_part = 3, single_part = 4 };

Build draw_build(const Film& film, Generator& generator) {
  const double half_height = film.height * generator.uniform(0.35, 0.43);
  const double depth = std::min(half_height * generator.uniform(1.0, 1.3), film.width * 0.68);
  return {half_height, depth, generator.uniform(0.15, 0.6), generator.uniform(0.50, 0.62)};
}

Build varied(const Build& build, Generator& generator) {
  const auto about = [&](double value) { return value * generator.uniform(0.97, 1.03); };
  return {about(build.half_height), about(build.depth), about(build.roundness), about(build.axilla)};
}

// A few millimetres that stand out of the skin.
void add_nipple(std::vector<Point>& skin, Point nipple, double size) {
  for (Point& point : skin) {
    const double y = (point.y - nipple.y) / (1.6 * size);
    point.x += size * (0.5 * bell(y) + 0.5 * bell(y * y));
  }
}

std::vector<Point> closed_along_edge(const std::vector<Point>& line, const Film& film) {
  std::vector<Point> polygon;
  for (const Point& point : line) {
    polygon.push_back({std::clamp(point.x, 0.0, film.width), std::clamp(point.y, 0.0, film.height)});
  }
  polygon.push_back({0, polygon.back().y});
  polygon.push_back({0, polygon.front().y});
  return polygon;
}

Silhouette draw_cc(const Build& build, const Film& film, Generator& generator) {
  constexpr int pieces = 240;
  const double middle = film.height * generator.uniform(0.48, 0.53);
  const double above = build.half_height * generator.uniform(0.97, 1.08);
  const double below = build.half_height * generator.uniform(0.94, 1.02);
  const double wave = generator.uniform(-0.03, 0.03);
  Silhouette view;
  view.nipple = {build.depth, middle + build.half_height * generator.uniform(-0.05, 0.05)};
  for (int i = -pieces; i <= pieces; ++i) {
    // Closer together at the ends, where the outline turns.
    const double t = static_cast<double>(i) / pieces;
    const double u = 1.5 * t - 0.5 * t * t * t;
    const double rest = 1 - u * u;
    const double profile = (1 - build.roundness) * std::sqrt(rest) + build.roundness * rest;
    const double flare = 0.10 * bell((u + 0.85) / 0.4); // tissue drawn in from the axilla
    view.skin.push_back(
        {build.depth * (profile + (flare + wave * u) * rest), middle + u * (u < 0 ? above : below)});
  }
  const double size = generator.uniform(3.2, 4.8);
  add_nipple(view.skin, view.nipple, size);
  view.nipple.x = 0;
  for (const Point& point : view.skin) view.nipple.x = std::max(view.nipple.x, point.x);
  view.breast = closed_along_edge(view.skin, film);
  view.gland = {build.depth * generator.uniform(0.50, 0.56), middle - 0.08 * above};
  view.gland_axes = {build.depth * 0.46, build.half_height * generator.uniform(0.56, 0.66)};
  view.gland_tilt = 0;
  return view;
}

Silhouette draw_mlo(const Build& build, const Film& film, Generator& generator) {
  const double depth = build.depth * 1.04;
  const double h = film.height;
  const double drop = h * generator.uniform(-0.02, 0.02);
  const auto near = [&](double x, double y) {
    return Point{depth * (x + generator.uniform(-0.012, 0.012)), h * y + drop};
  };
  // Axilla, upper slope, nipple, lower slope, inframammary fold, abdomen.
  const std::vector<Point> through = {
      near(0.76, -0.10), near(0.75, 0.02),  near(0.77, 0.14), near(0.835, 0.28),
      near(0.925, 0.42), near(0.985, 0.53), near(1.0, 0.60),  near(0.975, 0.68),
      near(0.89, 0.765), near(0.73, 0.845), near(0.52, 0.90), near(0.34, 0.93),
      near(0.25, 0.95),  near(0.205, 0.98), near(0.20, 1.02), near(0.20, 1.10)};
  Silhouette view;
  view.skin = smooth_curve(through, 30);
  view.nipple = {depth, h * generator.uniform(0.585, 0.615) + drop};
  add_nipple(view.skin, view.nipple, generator.uniform(3.2, 4.8));
  view.nipple.x = 0;
  for (const Point& point : view.skin) view.nipple.x = std::max(view.nipple.x, point.x);
  view.breast = closed_along_edge(view.skin, film);

  const double top = depth * build.axilla;
  const double bottom = h * generator.uniform(0.54, 0.66) + drop;
  const double bulge = generator.uniform(0.03, 0.09); // of the muscle, forwards
  const auto border = [&](double t) {
    return Point{top * (1 - t) + depth * bulge * 4 * t * (1 - t), bottom * t};
  };
  const std::vector<Point> muscle = {border(-0.1), border(0.0), border(0.25), border(0.5),
                                     border(0.75), border(1.0), border(1.1)};
  view.muscle = smooth_curve(muscle, 16);
  view.pectoral = closed_along_edge(view.muscle, film);
  view.gland = {depth * generator.uniform(0.60, 0.65), view.nipple.y - h * 0.06};
  view.gland_axes = {depth * 0.38, h * generator.uniform(0.20, 0.24)};
  view.gland_tilt = 0.3;
  return view;
}

// Millimetres between a mass and everything that it must keep away from: skin, chest wall, muscle, other
// masses. Negative where it does not.
double clearance(const Breast& breast, std::size_t view, Point center, double radius) {
  const Silhouette& seen = breast.views[view];
  if (!inside(center, seen.breast)) return -1;
  double room = distance_to_line(center, seen.skin) - 1.3 * radius - 4;
  room = std::min(room, center.x - 1.3 * radius - 2);
  if (view == mlo) {
    const double away = distance_to_line(center, seen.muscle);
    room = std::min(room, (inside(center, seen.pectoral) ? -away : away) - radius);
  }
  for (const Lesion& other : breast.lesions) {
    const Point o = other.center[view];
    room = std::min(room, length(center.x - o.x, center.y - o.y) - 1.3 * (radius + other.radius) - 1);
  }
  return room;
}

// From the nipple back into the breast, `slope` mm up or down for each mm towards the chest wall.
Point behind(Point nipple, double distance, double slope) {
  const double step = distance / length(1, slope);
  return {nipple.x - step, nipple.y + step * slope};
}

// Draws places until the mass fits in both views, making it a little smaller each time that it does not.
void place(Breast& breast, Lesion lesion, double depth, Generator& generator) {
  while (true) {
    const double distance = generator.uniform(0.25, 0.95) * depth;
    lesion.center = {behind(breast.views[cc].nipple, distance, generator.uniform(-1.1, 1.1)),
                     behind(breast.views[mlo].nipple, distance, generator.uniform(-1.2, 0.8))};
    if (clearance(breast, cc, lesion.center[cc], lesion.radius) >= 0 &&
        clearance(breast, mlo, lesion.center[mlo], lesion.radius) >= 0) {
      breast.lesions.push_back(lesion);
      return;
    }
    lesion.radius *= 0.99;
  }
}

Lesion draw_lesion(int number, Generator& generator) {
  Lesion lesion;
  lesion.number = number;
  lesion.shape = static_cast<MassShape>(generator.below(3));
  const double t = generator.uniform();
  lesion.radius = 4.5 + 8.5 * t * t;
  return lesion;
}

// A point in the unit ball.
std::array<double, 3> in_ball(Generator& generator) {
  while (true) {
    const std::array<double, 3> p = {generator.uniform(-1, 1), generator.uniform(-1, 1),
                                     generator.uniform(-1, 1)};
    if (p[0] * p[0] + p[1] * p[1] + p[2] * p[2] < 1) return p;
  }
}

// Microcalcifications in and around a mass: half of the malignant ones have them, few of the others.
void add_cluster(Breast& breast, const Lesion& lesion, Generator& generator) {
  if (generator.uniform() >= (lesion.shape == MassShape::spiculated ? 0.5 : 0.15)) return;
  const auto count = 6 + generator.below(15);
  const double spread = std::min(0.75 * lesion.radius, 6.0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto [x, y, z] = in_ball(generator);
    Calcification one{generator.uniform(0.10, 0.32), generator.uniform(0.35, 0.75), lesion.number,
                      lesion.center};
    one.center[cc] = {one.center[cc].x + spread * x, one.center[cc].y + spread * y};
    one.center[mlo] = {one.center[mlo].x + spread * x, one.center[mlo].y + spread * z};
    breast.calcifications.push_back(one);
  }
}

// Single coarse calcifications, which many breasts have.
void add_singles(Breast& breast, double depth, Generator& generator) {
  const auto count = generator.below(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    Calcification one{generator.uniform(0.25, 0.7), generator.uniform(0.5, 0.9), 0, {}};
    do {
      const double distance = generator.uniform(0.1, 0.95) * depth;
      one.center = {behind(breast.views[cc].nipple, distance, generator.uniform(-1.1, 1.1)),
                    behind(breast.views[mlo].nipple, distance, generator.uniform(-1.2, 0.8))};
    } while (!inside(one.center[cc], breast.views[cc].breast) ||
             !inside(one.center[mlo], breast.views[mlo].breast));
    breast.calcifications.push_back(one);
  }
}

int draw_density(Generator& generator) {
  // About one woman in ten at either end, four in ten each between (ACR BI-RADS Atlas, 5th edition).
  const double t = generator.uniform();
  return t < 0.1 ? 1 : t < 0.5 ? 2 : t < 0.9 ? 3 : 4;
}

Anatomy draw(const PhantomOptions& options, const std::array<int, 2>& share) {
  const Film film{options.film_height_mm, options.film_height_mm * static_cast<double>(options.width) /
                                              static_cast<double>(options.height)};
  Generator shared(options.seed, shared_part);
  Anatomy anatomy;
  anatomy.density = draw_density(shared);
  if (options.density != 0) anatomy.density = options.density;
  const Build build = draw_build(film, shared);
  int number = 0;
  for (const Laterality side : {Laterality::left, Laterality::right}) {
    const auto index = static_cast<std::size_t>(side);
    Breast& breast = anatomy.breasts[index];
    Generator own = stream_of(options.seed, side, breast_part);
    const Build varied_build = varied(build, own);
    breast.views = {draw_cc(varied_build, film, own), draw_mlo(varied_build, film, own)};
    Generator lesions = stream_of(options.seed, side, lesion_part);
    for (int i = 0; i < share[index]; ++i) {
      place(breast, draw_lesion(++number, lesions), varied_build.depth, lesions);
      add_cluster(breast, breast.lesions.back(), lesions);
    }
    Generator singles = stream_of(options.seed, side, single_part);
    add_singles(breast, varied_build.depth, singles);
  }
  return anatomy;
}

} // namespace

Generator stream_of(std::uint64_t seed, Laterality laterality, std::uint64_t part) {
  return Generator(seed, 2 * part + static_cast<std::uint64_t>(laterality) + 100);
}

Point random_direction(Generator& generator) {
  while (true) {
    const Point p{generator.uniform(-1, 1), generator.uniform(-1, 1)};
    const double size = length(p.x, p.y);
    if (size > 0.1 && size < 1) return {p.x / size, p.y / size};
  }
}

Anatomy draw_anatomy(const PhantomOptions& options) {
  // The odd lesion goes to a side that the seed chooses.
  Generator generator(options.seed, 0);
  std::array<int, 2> share = {options.lesions / 2, options.lesions / 2};
  share[generator.below(2)] += options.lesions % 2;
  return draw(options, share);
}

Anatomy draw_anatomy(const PhantomOptions& options, Laterality only) {
  std::array<int, 2> share = {0, 0};
  share[static_cast<std::size_t>(only)] = options.lesions;
  return draw(options, share);
}

} // namespace mammo::data
