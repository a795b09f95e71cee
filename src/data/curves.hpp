#pragma once

#include "mammo/core/geometry.hpp"

#include <span>
#include <vector>

namespace mammo::data {

// Curves and fall-offs made of +, -, *, / and square roots alone: libm's functions differ in the last bit
// between processors, and a phantom is to be the same everywhere.

// 0 below `low`, 1 above `high`, smooth between (3 t^2 - 2 t^3).
double ramp(double low, double high, double x);
// 1 at 0, falling smoothly to 0 at -1 and 1.
double bell(double x);
double length(double x, double y);

// The Catmull-Rom curve through the points, `steps` pieces between neighbours.
std::vector<Point> smooth_curve(std::span<const Point> through, int steps);
// From the point to the nearest place on the line of pieces.
double distance_to_line(Point point, std::span<const Point> line);
// Even-odd rule.
bool inside(Point point, std::span<const Point> polygon);

} // namespace mammo::data
