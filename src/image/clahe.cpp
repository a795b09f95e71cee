#include "mammo/image/clahe.hpp"

#include "image/clahe_strips.hpp"
#include "image/levels_picture.hpp"

#include <algorithm>
#include <numeric>

namespace mammo::image {

Tensor clahe(const Tensor& picture, const ClaheOptions& options) {
  const Tensor source = dense_levels(picture, "clahe");
  const std::int64_t bins = source.dtype() == DType::u8 ? 256 : 65536;
  std::vector<std::uint16_t> own_bins(static_cast<std::size_t>(bins));
  std::iota(own_bins.begin(), own_bins.end(), std::uint16_t{0});
  const CodePicture codes{source, 0, source.size(0)};
  const ClaheCurves curves = clahe_curves(codes, own_bins, bins, options);
  const ClaheAxis rows = clahe_rows(codes, curves.down, 0, source.size(0));
  const ClaheAxis columns = clahe_columns(codes, curves.across, 0, source.size(1));
  Tensor result = Tensor::empty(source.shape(), {.dtype = DType::u16});
  std::uint16_t* out = result.mutable_data<std::uint16_t>().data();
  each_clahe_strip(curves, source, rows, columns, 0, [&](const ClaheStrip& strip) {
    kernels::clahe(strip, out + strip.first_row * source.size(1));
  });
  if (source.dtype() == DType::u16) return result;
  Tensor narrow = Tensor::empty(source.shape(), {.dtype = DType::u8});
  std::ranges::transform(result.data<std::uint16_t>(), narrow.mutable_data<std::uint8_t>().begin(),
                         [](std::uint16_t value) { return static_cast<std::uint8_t>(value); });
  return narrow;
}

} // namespace mammo::image
