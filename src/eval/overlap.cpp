#include "mammo/eval/overlap.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/geometry.hpp"
#include "mammo/eval/bootstrap.hpp"
#include "mammo/eval/roc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace mammo::eval {
namespace {

void check_pair(const Tensor& truth, const Tensor& other, DType other_type, const char* what) {
  require<TypeError>(truth.dtype() == DType::u8 && other.dtype() == other_type, what, " of ", truth.dtype(),
                     " and ", other.dtype(), ", expected u8 and ", other_type);
  require<ShapeError>(truth.rank() == 2 && truth.shape() == other.shape(), what, " of ", truth.shape(),
                      " and ", other.shape(), ", expected two pictures [H, W] of one size");
}

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 1;
}

std::vector<Point> edge_of(const Tensor& mask) {
  const Tensor dense = mask.contiguous();
  const auto pixels = dense.data<std::uint8_t>();
  const std::int64_t height = dense.size(0);
  const std::int64_t width = dense.size(1);
  const auto inside = [&](std::int64_t y, std::int64_t x) {
    return y >= 0 && x >= 0 && y < height && x < width &&
           pixels[static_cast<std::size_t>(y * width + x)] != 0;
  };
  std::vector<Point> edge;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool enclosed = inside(y - 1, x) && inside(y + 1, x) && inside(y, x - 1) && inside(y, x + 1);
      if (inside(y, x) && !enclosed) edge.push_back({static_cast<double>(x), static_cast<double>(y)});
    }
  }
  return edge;
}

std::vector<double> distances(const std::vector<Point>& from, const std::vector<Point>& to) {
  std::vector<double> nearest;
  for (const Point& a : from) {
    double least = std::numeric_limits<double>::infinity();
    for (const Point& b : to) {
      least = std::min(least, (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
    }
    nearest.push_back(std::sqrt(least));
  }
  return nearest;
}

} // namespace

Overlap& Overlap::operator+=(const Overlap& other) {
  both += other.both;
  truth_only += other.truth_only;
  found_only += other.found_only;
  neither += other.neither;
  return *this;
}

Overlap overlap(const Tensor& truth, const Tensor& found) {
  check_pair(truth, found, DType::u8, "overlap");
  const Tensor dense_truth = truth.contiguous();
  const Tensor dense_found = found.contiguous();
  const auto a = dense_truth.data<std::uint8_t>();
  const auto b = dense_found.data<std::uint8_t>();
  Overlap pixels;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != 0) {
      ++(b[i] != 0 ? pixels.both : pixels.truth_only);
    } else {
      ++(b[i] != 0 ? pixels.found_only : pixels.neither);
    }
  }
  return pixels;
}

double foreground_iou(const Overlap& pixels) {
  return ratio(pixels.both, pixels.both + pixels.truth_only + pixels.found_only);
}

double dice(const Overlap& pixels) {
  return ratio(2 * pixels.both, 2 * pixels.both + pixels.truth_only + pixels.found_only);
}

double two_class_miou(const Overlap& pixels) {
  const double background = ratio(pixels.neither, pixels.neither + pixels.truth_only + pixels.found_only);
  return (foreground_iou(pixels) + background) / 2;
}

std::optional<EdgeDistance> edge_distance(const Tensor& truth, const Tensor& found) {
  check_pair(truth, found, DType::u8, "edge distance");
  const std::vector<Point> a = edge_of(truth);
  const std::vector<Point> b = edge_of(found);
  if (a.empty() || b.empty()) return std::nullopt;
  const std::vector<double> from_a = distances(a, b);
  const std::vector<double> from_b = distances(b, a);
  return EdgeDistance{.hausdorff = std::max(std::ranges::max(from_a), std::ranges::max(from_b)),
                      .percentile95 = std::max(quantile(from_a, 0.95), quantile(from_b, 0.95))};
}

double pixel_auc(const Tensor& truth, const Tensor& map) {
  check_pair(truth, map, DType::f32, "pixel AUC");
  const Tensor dense_truth = truth.contiguous();
  const Tensor dense_map = map.contiguous();
  const auto is = dense_truth.data<std::uint8_t>();
  const auto score = dense_map.data<float>();
  std::vector<ScoredCase> pixels;
  pixels.reserve(is.size());
  for (std::size_t i = 0; i < is.size(); ++i) {
    pixels.push_back({.score = static_cast<double>(score[i]), .positive = is[i] != 0});
  }
  return auc(pixels);
}

} // namespace mammo::eval
