#include "data/curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mammo::data {
namespace {

double between(double before, double from, double to, double after, double t) {
  return 0.5 * (2 * from + t * ((to - before) + t * ((2 * before - 5 * from + 4 * to - after) +
                                                     t * (3 * (from - to) + after - before))));
}

double distance_to_piece(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double squared = dx * dx + dy * dy;
  const double along = squared > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / squared : 0;
  const double t = std::clamp(along, 0.0, 1.0);
  return length(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

} // namespace

double ramp(double low, double high, double x) {
  const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

double bell(double x) {
  const double rest = std::max(0.0, 1 - x * x);
  return rest * rest;
}

double length(double x, double y) {
  return std::sqrt(x * x + y * y);
}

std::vector<Point> smooth_curve(std::span<const Point> through, int steps) {
  std::vector<Point> curve;
  const auto at = [&](std::size_t i) { return through[std::min(i, through.size() - 1)]; };
  for (std::size_t i = 0; i + 1 < through.size(); ++i) {
    const Point before = at(i == 0 ? 0 : i - 1);
    const Point from = at(i);
    const Point to = at(i + 1);
    const Point after = at(i + 2);
    for (int step = 0; step < steps; ++step) {
      const double t = static_cast<double>(step) / steps;
      curve.push_back(
          {between(before.x, from.x, to.x, after.x, t), between(before.y, from.y, to.y, after.y, t)});
    }
  }
  if (!through.empty()) curve.push_back(through.back());
  return curve;
}

double distance_to_line(Point point, std::span<const Point> line) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    nearest = std::min(nearest, distance_to_piece(point, line[i], line[i + 1]));
  }
  return nearest;
}

bool inside(Point point, std::span<const Point> polygon) {
  bool odd = false;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point a = polygon[i];
    const Point b = polygon[(i + 1) % polygon.size()];
    if ((a.y <= point.y) == (b.y <= point.y)) continue;
    if (point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)) odd = !odd;
  }
  return odd;
}

} // namespace mammo::data
