#include "mammo/image/contour.hpp"

#include "image/contour_runs.hpp"
#include "image/grey.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mammo::image {
namespace {

// The eight neighbours, clockwise on a picture whose y points down, from the right.
constexpr std::array<PixelPoint, 8> directions{
    {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};

PixelPoint neighbour(PixelPoint p, int direction) {
  const PixelPoint& d = directions[static_cast<std::size_t>(direction & 7)];
  return {p.x + d.x, p.y + d.y};
}

struct Above {
  const std::uint8_t* pixels;
  std::int64_t height;
  std::int64_t width;
  int level;

  bool operator()(PixelPoint p) const {
    return p.x >= 0 && p.y >= 0 && p.x < width && p.y < height && pixels[p.y * width + p.x] > level;
  }
};

// The first direction in which a pixel is inside, turning by `step` eighths from `from`; `from` itself comes
// last, and where no neighbour is inside the answer is that direction too.
int search(const Above& above, PixelPoint at, int from, int step) {
  int turn = 1;
  while (turn < 8 && !above(neighbour(at, from + step * turn))) ++turn;
  return (from + step * turn) & 7;
}

// Follows a part's outer edge with the part at the right hand, from its first pixel in reading order, whose
// left neighbour is outside.
Contour follow(const Above& above, PixelPoint start) {
  constexpr int left = 4;
  int direction = search(above, start, left, 1);
  if (direction == left) return {start};
  // The way is closed when it comes to its start from here, not when it only touches it.
  const PixelPoint last = neighbour(start, search(above, start, left, -1));
  Contour contour;
  PixelPoint at = start;
  while (true) {
    contour.push_back(at);
    const PixelPoint next = neighbour(at, direction);
    if (next == start && at == last) return contour;
    at = next;
    direction = search(above, at, direction + 4, 1);
  }
}

// Points in any order, inside of the picture.
RunMask mask_of(std::vector<PixelPoint> points, std::int64_t height, std::int64_t width) {
  std::ranges::sort(points, {}, [](PixelPoint p) { return std::pair(p.y, p.x); });
  RunMask mask{height, width, {}, {0}};
  auto point = points.begin();
  for (std::int64_t y = 0; y < height; ++y) {
    for (; point != points.end() && point->y == y; ++point) {
      const bool adjoins = mask.runs.size() > mask.row_start.back() && mask.runs.back().end >= point->x;
      if (adjoins)
        mask.runs.back().end = point->x + 1;
      else
        mask.runs.push_back({point->x, point->x + 1});
    }
    mask.end_row();
  }
  return mask;
}

// A pen's straight sides along a diagonal step lie `radius` off it, and OpenCV draws the pixels that they cut
// through: one more than its disc has, at right angles to the step.
std::vector<PixelPoint> beside_diagonals(const Contour& contour, std::int64_t height, std::int64_t width,
                                         int radius) {
  const auto away = static_cast<std::int32_t>(std::lround(radius / std::sqrt(2.0)));
  std::vector<PixelPoint> points;
  const auto add = [&](std::int32_t x, std::int32_t y) {
    if (x >= 0 && y >= 0 && x < width && y < height) points.push_back({x, y});
  };
  for (std::size_t i = 0; i < contour.size(); ++i) {
    const PixelPoint& a = contour[i];
    const PixelPoint& b = contour[i + 1 < contour.size() ? i + 1 : 0];
    const std::int32_t dx = b.x - a.x;
    const std::int32_t dy = b.y - a.y;
    if (dx == 0 || dy == 0) continue;
    for (const PixelPoint& end : {a, b}) {
      add(end.x + away * dy, end.y - away * dx);
      add(end.x - away * dy, end.y + away * dx);
    }
  }
  return points;
}

} // namespace

std::vector<Contour> contours_of(const std::uint8_t* pixels, std::int64_t height, std::int64_t width,
                                 int level) {
  const RunMask inside = runs_above(pixels, height, width, level);
  const RunMask air = complement(inside);
  const std::vector<bool> open_air = reaching_edge(air, connected(air, false));
  const std::vector<std::int32_t> parts = connected(inside, true);
  const Above above{pixels, height, width, level};
  std::vector<Contour> contours;
  std::int32_t seen = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    std::size_t gap = air.row_start[row];
    for (std::size_t run = inside.row_start[row]; run < inside.row_start[row + 1]; ++run) {
      if (parts[run] < seen) continue;
      ++seen;
      // A part lies in a hole where the air at the left of its first pixel does not lead outside.
      const PixelPoint first{inside.runs[run].begin, static_cast<std::int32_t>(y)};
      while (gap < air.row_start[row + 1] && air.runs[gap].end < first.x) ++gap;
      if (first.x > 0 && !open_air[gap]) continue;
      contours.push_back(follow(above, first));
    }
  }
  return contours;
}

std::vector<Contour> external_contours(const Tensor& grey, int level) {
  const Tensor source = dense_grey(grey, "external_contours");
  require<ArgumentError>(level >= 0 && level <= 255, "external_contours: level ", level,
                         ", expected 0 to 255");
  return contours_of(source.data<std::uint8_t>().data(), source.size(0), source.size(1), level);
}

double perimeter(const Contour& contour) {
  std::int64_t straight = 0;
  std::int64_t diagonal = 0;
  for (std::size_t i = 0; i < contour.size(); ++i) {
    const PixelPoint& a = contour[i];
    const PixelPoint& b = contour[i + 1 < contour.size() ? i + 1 : 0];
    if (a.x != b.x && a.y != b.y)
      ++diagonal;
    else if (a != b)
      ++straight;
  }
  return static_cast<double>(straight) + std::sqrt(2.0) * static_cast<double>(diagonal);
}

const Contour& longest(const std::vector<Contour>& contours) {
  return *std::ranges::max_element(contours, {}, perimeter);
}

RunMask filled(const Contour& contour, std::int64_t height, std::int64_t width, int thickness) {
  RunMask whole = without_holes(mask_of(contour, height, width));
  if (thickness == 1) return whole;
  const int radius = (thickness + 1) / 2;
  return united(dilated(whole, radius),
                mask_of(beside_diagonals(contour, height, width, radius), height, width));
}

Tensor filled_contour(const Contour& contour, std::int64_t height, std::int64_t width, int thickness) {
  require<ArgumentError>(!contour.empty(), "filled_contour: no points, expected a contour");
  require<ArgumentError>(thickness >= 1 && thickness <= 255, "filled_contour: thickness ", thickness,
                         ", expected 1 to 255");
  for (const PixelPoint& p : contour) {
    require<ArgumentError>(p.x >= 0 && p.y >= 0 && p.x < width && p.y < height, "filled_contour: point (",
                           p.x, ", ", p.y, ") in a picture of ", height, " x ", width);
  }
  return tensor_of(filled(contour, height, width, thickness));
}

} // namespace mammo::image
