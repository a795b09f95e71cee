#include "image/label_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mammo::image {
namespace {

PixelRect grown(const PixelRect& r, int by) {
  return {r.x - by, r.y - by, r.width + 2 * by, r.height + 2 * by};
}

int distance(const PixelRect& a, const PixelRect& b) {
  const int dx = std::max({0, a.x - b.right(), b.x - a.right()});
  const int dy = std::max({0, a.y - b.bottom(), b.y - a.bottom()});
  return dx + dy;
}

// Around the box, best first: above and below, starting or ending with it, then at its sides.
std::array<PixelRect, 8> beside(const LabelRequest& request, int gap) {
  const PixelRect& box = request.box;
  const int w = request.width;
  const int h = request.height;
  const int above = box.y - gap - h;
  const int below = box.bottom() + gap;
  const int left = box.x - gap - w;
  const int right = box.right() + gap;
  return {{{box.x, above, w, h},
           {box.right() - w, above, w, h},
           {box.x, below, w, h},
           {box.right() - w, below, w, h},
           {right, box.y, w, h},
           {left, box.y, w, h},
           {right, box.bottom() - h, w, h},
           {left, box.bottom() - h, w, h}}};
}

class Layout {
 public:
  Layout(std::span<const LabelRequest> requests, int width, int height, int gap)
      : requests_(requests), width_(width), height_(height), gap_(gap) {}

  std::optional<PixelRect> place(const LabelRequest& request) {
    if (request.width > width_ || request.height > height_) return std::nullopt;
    std::optional<PixelRect> best;
    double best_cost = std::numeric_limits<double>::infinity();
    const auto consider = [&](PixelRect candidate) {
      candidate.x = std::clamp(candidate.x, 0, width_ - candidate.width);
      candidate.y = std::clamp(candidate.y, 0, height_ - candidate.height);
      const double cost = cost_of(candidate, request);
      if (cost >= best_cost) return;
      best = candidate;
      best_cost = cost;
    };
    for (const PixelRect& candidate : beside(request, gap_)) consider(candidate);
    // Only a box that fills the film or a crowd leaves nothing beside it: then anywhere.
    if (best_cost > 0.5) {
      const int step = std::max({1, request.height / 2, std::min(width_, height_) / 64});
      for (int y = 0; y <= height_ - request.height; y += step) {
        for (int x = 0; x <= width_ - request.width; x += step)
          consider({x, y, request.width, request.height});
      }
    }
    if (best) placed_.push_back(*best);
    return best;
  }

 private:
  // In label areas covered, plus a little for the way to the box.
  double cost_of(const PixelRect& candidate, const LabelRequest& request) const {
    for (const PixelRect& other : placed_) {
      if (common_area(grown(candidate, gap_), other) > 0) return std::numeric_limits<double>::infinity();
    }
    double covered = 0;
    for (const LabelRequest& other : requests_) {
      covered += static_cast<double>(common_area(candidate, other.box));
    }
    const double area = static_cast<double>(request.width) * request.height;
    return 4 * covered / area + 0.2 * distance(candidate, request.box) / request.height;
  }

  std::span<const LabelRequest> requests_;
  std::vector<PixelRect> placed_;
  int width_;
  int height_;
  int gap_;
};

} // namespace

std::int64_t common_area(const PixelRect& a, const PixelRect& b) {
  const std::int64_t w = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const std::int64_t h = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

std::vector<std::optional<PixelRect>> place_labels(std::span<const LabelRequest> requests, int picture_width,
                                                   int picture_height, int gap) {
  Layout layout(requests, picture_width, picture_height, gap);
  std::vector<std::optional<PixelRect>> places;
  places.reserve(requests.size());
  for (const LabelRequest& request : requests) places.push_back(layout.place(request));
  return places;
}

} // namespace mammo::image
