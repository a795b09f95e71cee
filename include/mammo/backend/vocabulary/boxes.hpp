#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace mammo {

/// Boxes from anchors and regression output (Girshick et al. 2014, appendix C): deltas [N, 4] (dx, dy, dw,
/// dh), anchors [N, 4] (x1, y1, x2, y2) -> [N, 4] (x1, y1, x2, y2). Deltas are divided by `weights`; dw and
/// dh are clipped from above at `clip`.
struct BoxDecode {
  static constexpr std::string_view name = "box_decode";
  std::array<double, 4> weights{1, 1, 1, 1};
  double clip = 4.135166556742356; // log(1000 / 16)

  auto fields() const { return std::tuple(weights[0], weights[1], weights[2], weights[3], clip); }
};

/// deltas, anchors, g [N, 4] -> gradient of the deltas; 0 through the clip.
struct BoxDecodeGradient {
  static constexpr std::string_view name = "box_decode_gradient";
  BoxDecode decode{};

  auto fields() const { return decode.fields(); }
};

/// Greedy non-maximum suppression: boxes [N, 4] (x1, y1, x2, y2), scores [N] -> kept indices i64 [N], best
/// score first, of which only the first `count` (i64 [1]) are set; the rest is -1. A box goes when its IoU
/// with a kept one is above `iou_threshold`; of equal scores the lower index comes first.
struct Nms {
  static constexpr std::string_view name = "nms";
  double iou_threshold = 0.5;
  std::int64_t max_output = INT64_MAX;

  auto fields() const { return std::tuple(iou_threshold, max_output); }
};

} // namespace mammo
