#include "image/displacement.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image {
namespace {

// The cubic B-spline's four weights between the second and third of its nodes, t in [0, 1].
std::array<float, 4> spline_weights(double t) {
  const double u = 1 - t;
  return {static_cast<float>(u * u * u / 6), static_cast<float>((3 * t * t * t - 6 * t * t + 4) / 6),
          static_cast<float>((3 * u * u * u - 6 * u * u + 4) / 6), static_cast<float>(t * t * t / 6)};
}

} // namespace

SplineTap spline_tap(double position, double spacing, std::int64_t nodes) {
  const double place = std::clamp(position / spacing, 0.0, static_cast<double>(nodes - 3));
  const auto first = std::min(static_cast<std::int64_t>(place), nodes - 4);
  return {first, spline_weights(place - static_cast<double>(first))};
}

Displacement::Displacement(Tensor nodes, double spacing) : nodes_(std::move(nodes)), spacing_(spacing) {
  require<ShapeError>(nodes_.defined() && nodes_.rank() == 3 && nodes_.size(0) == 2 && nodes_.size(1) >= 4 &&
                          nodes_.size(2) >= 4,
                      "displacement: nodes of shape ", nodes_.defined() ? nodes_.shape() : Shape{},
                      ", expected [2, 4 or more rows, 4 or more columns]");
  require<TypeError>(nodes_.dtype() == DType::f32, "displacement: nodes of ", nodes_.dtype(),
                     ", expected f32");
  require<ArgumentError>(spacing > 0 && std::isfinite(spacing), "displacement: spacing ", spacing,
                         ", expected above 0");
  nodes_ = nodes_.contiguous();
  for (const float move : nodes_.data<float>()) {
    require<ArgumentError>(std::abs(move) < spacing / 4, "displacement: a node moves by ", move,
                           " pixels, expected less than a quarter of the spacing of ", spacing);
  }
}

std::int64_t Displacement::nodes_over(std::int64_t length, double spacing) {
  require<ArgumentError>(length >= 1 && spacing > 0 && std::isfinite(spacing), "displacement over ", length,
                         " pixels with a spacing of ", spacing, ", expected both above 0");
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(length) / spacing)) + 3;
}

Point Displacement::at(Point p) const {
  const std::int64_t rows = nodes_.size(1);
  const std::int64_t columns = nodes_.size(2);
  const SplineTap down = spline_tap(p.y, spacing_, rows);
  const SplineTap across = spline_tap(p.x, spacing_, columns);
  const float* x_nodes = nodes_.data<float>().data();
  const float* y_nodes = x_nodes + rows * columns;
  Point sum;
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 4; ++c) {
      const std::int64_t at =
          (down.first + static_cast<std::int64_t>(r)) * columns + across.first + static_cast<std::int64_t>(c);
      const double weight = double{down.weights[r]} * double{across.weights[c]};
      sum.x += weight * double{x_nodes[at]};
      sum.y += weight * double{y_nodes[at]};
    }
  }
  return sum;
}

DisplacementRows::DisplacementRows(const Displacement& displacement, double left, std::int64_t width)
    : displacement_(&displacement),
      taps_(static_cast<std::size_t>(width)),
      line_(static_cast<std::size_t>(2 * displacement.nodes().size(2))) {
  for (std::int64_t x = 0; x < width; ++x) {
    taps_[static_cast<std::size_t>(x)] =
        spline_tap(left + static_cast<double>(x) + 0.5, displacement.spacing(), displacement.nodes().size(2));
  }
}

void DisplacementRows::row(double y, float* dx, float* dy) {
  const Tensor& nodes = displacement_->nodes();
  const std::int64_t rows = nodes.size(1);
  const std::int64_t columns = nodes.size(2);
  const SplineTap down = spline_tap(y, displacement_->spacing(), rows);
  const float* from = nodes.data<float>().data();
  for (std::int64_t axis = 0; axis < 2; ++axis) {
    const float* first = from + (axis * rows + down.first) * columns;
    for (std::int64_t c = 0; c < columns; ++c) {
      line_[static_cast<std::size_t>(axis * columns + c)] =
          down.weights[0] * first[c] + down.weights[1] * first[c + columns] +
          down.weights[2] * first[c + 2 * columns] + down.weights[3] * first[c + 3 * columns];
    }
  }
  for (std::size_t x = 0; x < taps_.size(); ++x) {
    const SplineTap& tap = taps_[x];
    const float* along_x = line_.data() + tap.first;
    const float* along_y = along_x + columns;
    dx[x] = tap.weights[0] * along_x[0] + tap.weights[1] * along_x[1] + tap.weights[2] * along_x[2] +
            tap.weights[3] * along_x[3];
    dy[x] = tap.weights[0] * along_y[0] + tap.weights[1] * along_y[1] + tap.weights[2] * along_y[2] +
            tap.weights[3] * along_y[3];
  }
}

} // namespace mammo::image
