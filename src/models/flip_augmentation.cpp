#include "mammo/models/flip_augmentation.hpp"

#include <algorithm>
#include <array>

namespace mammo::models {
namespace {

template <class T>
Tensor reversed_rows(const Tensor& x) {
  Tensor result = Tensor::empty(x.shape(), {.dtype = x.dtype()});
  const auto from = x.data<T>();
  const auto to = result.mutable_data<T>();
  const auto width = static_cast<std::size_t>(x.size(3));
  for (std::size_t row = 0; row < from.size(); row += width) {
    std::ranges::reverse_copy(from.subspan(row, width), to.subspan(row, width).begin());
  }
  return result;
}

/// Gives a fused box the anchor of the one among `plain` that it overlaps most.
void recall_anchor(Detection& fused, const std::vector<Detection>& plain, double least_iou) {
  for (const Detection& own : plain) {
    const double overlap = iou(fused.box, own.box);
    if (own.label != fused.label || overlap <= least_iou) continue;
    least_iou = overlap;
    fused.anchor = own.anchor;
  }
}

} // namespace

Tensor mirrored(const Tensor& x) {
  require<ShapeError>(x.rank() == 4, "mirror image of ", x.shape(), ", expected [N, C, H, W]");
  require<TypeError>(x.dtype() == DType::f32 || x.dtype() == DType::f64, "mirror image of ", x.dtype(),
                     ", expected f32 or f64");
  return x.dtype() == DType::f32 ? reversed_rows<float>(x.plain()) : reversed_rows<double>(x.plain());
}

Box mirrored(const Box& box, double width) {
  return {width - box.right(), box.y, box.width, box.height};
}

std::vector<std::vector<Detection>> detect_with_flip(const DetectFunction& detect, const Tensor& x,
                                                     const BoxFusionConfig& fusion) {
  auto plain = detect(x);
  auto flipped = detect(mirrored(x));
  require<ShapeError>(plain.size() == flipped.size(), "a detector gave boxes of ", plain.size(), " and of ",
                      flipped.size(), " pictures for the same batch");
  std::vector<std::vector<Detection>> result;
  for (std::size_t n = 0; n < plain.size(); ++n) {
    for (Detection& detection : flipped[n]) {
      detection.box = mirrored(detection.box, static_cast<double>(x.size(3)));
    }
    std::array both{std::move(plain[n]), std::move(flipped[n])};
    auto& fused = result.emplace_back(fuse_boxes(both, fusion));
    for (Detection& detection : fused) recall_anchor(detection, both[0], fusion.iou_threshold);
  }
  return result;
}

} // namespace mammo::models
