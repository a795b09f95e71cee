#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mammo::models {

struct MatcherConfig {
  /// An anchor whose best IoU with a box is this or more is a positive for that box,
  double foreground_iou = 0.5;
  /// one below this is a negative, one between counts for nothing.
  double background_iou = 0.4;
  /// Every box also gets the anchors that overlap it most, however little that is. Such an anchor is matched
  /// to its own best box, as in torchvision. A box that overlaps no anchor gets none; torchvision's matcher
  /// would make positives of all the anchors that it does not overlap.
  bool low_quality_matches = true;

  bool operator==(const MatcherConfig&) const = default;
};

inline constexpr std::int64_t no_match = -1;        ///< a negative
inline constexpr std::int64_t between_matches = -2; ///< neither positive nor negative

/// For each anchor the index of its box, no_match or between_matches; anchors f32 [A, 4] of (x1, y1, x2, y2).
/// Without boxes all are no_match. The IoU is computed in f32, because what ties with the best depends on it.
/// Throws ArgumentError unless 0 <= background <= foreground <= 1.
std::vector<std::int64_t> match_anchors(const Tensor& anchors, std::span<const Box> boxes,
                                        const MatcherConfig& config = {});

/// What a network should say for `box` at the anchor (x1, y1, x2, y2): (dx, dy, dw, dh), which
/// mammo::box_decode turns back into the box (Girshick et al. 2014, appendix C). Throws ArgumentError on a
/// box or anchor without area.
std::array<double, 4> encode_box(const Box& box, std::span<const float, 4> anchor);

} // namespace mammo::models
