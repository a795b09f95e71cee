#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mammo::image {

/// A rectangle of whole pixels.
struct PixelRect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  int right() const { return x + width; }
  int bottom() const { return y + height; }
  bool operator==(const PixelRect&) const = default;
};

/// Pixels that both hold.
std::int64_t common_area(const PixelRect& a, const PixelRect& b);

/// A label that wants a place beside its box.
struct LabelRequest {
  PixelRect box;
  int width = 0;
  int height = 0;
};

/// Places for labels in a picture of that size, one a request in the order of importance; none where no free
/// place was found. Labels lie inside the picture, at least `gap` pixels apart, and as near to their boxes as
/// they can without covering boxes, their own included.
std::vector<std::optional<PixelRect>> place_labels(std::span<const LabelRequest> requests, int picture_width,
                                                   int picture_height, int gap);

} // namespace mammo::image
