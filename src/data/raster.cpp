#include "data/raster.hpp"

#include "data/curves.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::data {
namespace {

// Squared distances along one row or column: the lower envelope of parabolas rooted at `f`.
class DistanceLine {
 public:
  explicit DistanceLine(std::int64_t longest)
      : root_(static_cast<std::size_t>(longest)), from_(static_cast<std::size_t>(longest)) {}

  void transform(std::span<const double> f, std::span<double> out) {
    std::size_t last = 0;
    root_[0] = 0;
    from_[0] = -1e30;
    for (std::size_t q = 1; q < f.size(); ++q) {
      double crossing = meet(f, q, root_[last]);
      while (crossing <= from_[last]) crossing = meet(f, q, root_[--last]);
      ++last;
      root_[last] = q;
      from_[last] = crossing;
    }
    std::size_t k = 0;
    for (std::size_t q = 0; q < f.size(); ++q) {
      while (k < last && from_[k + 1] < static_cast<double>(q)) ++k;
      const double step = static_cast<double>(q) - static_cast<double>(root_[k]);
      out[q] = step * step + f[root_[k]];
    }
  }

 private:
  static double meet(std::span<const double> f, std::size_t q, std::size_t p) {
    const auto x = static_cast<double>(q);
    const auto y = static_cast<double>(p);
    return ((f[q] + x * x) - (f[p] + y * y)) / (2 * (x - y));
  }

  std::vector<std::size_t> root_; // of the parabola that is lowest from `from_` on
  std::vector<double> from_;
};

struct Window {
  std::int64_t left;
  std::int64_t right;
  std::int64_t top;
  std::int64_t bottom;
};

Window window_of(const Field& field, Point a, Point b, double margin) {
  const auto low = [margin](double p, double q) {
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(std::min(p, q) - margin)));
  };
  const auto high = [margin](double p, double q, std::int64_t size) {
    return std::min(size, static_cast<std::int64_t>(std::ceil(std::max(p, q) + margin)));
  };
  return {low(a.x, b.x), high(a.x, b.x, field.width), low(a.y, b.y), high(a.y, b.y, field.height)};
}

} // namespace

Mask fill_polygon(std::span<const Point> polygon, std::int64_t height, std::int64_t width) {
  Mask mask(height, width);
  std::vector<double> crossings;
  for (std::int64_t y = 0; y < height; ++y) {
    const double line = static_cast<double>(y) + 0.5;
    crossings.clear();
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Point a = polygon[i];
      const Point b = polygon[(i + 1) % polygon.size()];
      if ((a.y <= line) == (b.y <= line)) continue;
      crossings.push_back(a.x + (line - a.y) / (b.y - a.y) * (b.x - a.x));
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const auto from = static_cast<std::int64_t>(std::ceil(crossings[i] - 0.5));
      const auto to = static_cast<std::int64_t>(std::ceil(crossings[i + 1] - 0.5));
      for (std::int64_t x = std::max<std::int64_t>(from, 0); x < std::min(to, width); ++x) mask(y, x) = 1;
    }
  }
  return mask;
}

Box extent(const Mask& mask) {
  std::int64_t left = mask.width;
  std::int64_t right = -1;
  std::int64_t top = mask.height;
  std::int64_t bottom = -1;
  for (std::int64_t y = 0; y < mask.height; ++y) {
    for (std::int64_t x = 0; x < mask.width; ++x) {
      if (mask(y, x) == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right + 1 - left),
          static_cast<double>(bottom + 1 - top)};
}

Field distance_to(const Mask& mask, std::uint8_t value) {
  const auto diagonal = static_cast<double>(mask.height + mask.width);
  const double far = diagonal * diagonal;
  Plane<double> squared(mask.height, mask.width);
  DistanceLine line(std::max(mask.height, mask.width));
  std::vector<double> from(static_cast<std::size_t>(mask.height));
  std::vector<double> to(from.size());
  for (std::int64_t x = 0; x < mask.width; ++x) {
    for (std::int64_t y = 0; y < mask.height; ++y) {
      from[static_cast<std::size_t>(y)] = mask(y, x) == value ? 0 : far;
    }
    line.transform(from, to);
    for (std::int64_t y = 0; y < mask.height; ++y) squared(y, x) = to[static_cast<std::size_t>(y)];
  }
  Field distance(mask.height, mask.width);
  to.resize(static_cast<std::size_t>(mask.width));
  for (std::int64_t y = 0; y < mask.height; ++y) {
    line.transform({&squared(y, 0), to.size()}, to);
    for (std::int64_t x = 0; x < mask.width; ++x) {
      distance(y, x) = static_cast<float>(std::sqrt(to[static_cast<std::size_t>(x)]));
    }
  }
  return distance;
}

void draw_line(Field& field, std::span<const Point> line, const Pen& pen) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double along = (static_cast<double>(i) + 0.5) / static_cast<double>(line.size() - 1);
    const double width = pen.first + (pen.last - pen.first) * along;
    const double reach = std::max(width, 1.0);
    const double share = pen.fades ? ramp(0, 0.3, along) * ramp(0, 0.5, 1 - along) : 1;
    const double brightness = pen.amount * share * std::min(width, 1.0);
    const Window window = window_of(field, line[i], line[i + 1], reach);
    for (std::int64_t y = window.top; y < window.bottom; ++y) {
      for (std::int64_t x = window.left; x < window.right; ++x) {
        const Point center{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
        const double away = distance_to_line(center, line.subspan(i, 2));
        field(y, x) = std::max(field(y, x), static_cast<float>(brightness * bell(away / reach)));
      }
    }
  }
}

void add_spot(Field& field, Point center, double radius, double amount) {
  const double reach = std::max(radius, 0.7) * 1.5; // bell() is at half its height at two thirds of its reach
  const double brightness = amount * std::min(1.0, radius * radius / 0.5);
  const Window window = window_of(field, center, center, reach);
  for (std::int64_t y = window.top; y < window.bottom; ++y) {
    for (std::int64_t x = window.left; x < window.right; ++x) {
      const double away =
          length(static_cast<double>(x) + 0.5 - center.x, static_cast<double>(y) + 0.5 - center.y);
      field(y, x) += static_cast<float>(brightness * bell(away / reach));
    }
  }
}

} // namespace mammo::data
