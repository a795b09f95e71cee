#include "models/segmentation.hpp"

namespace mammo::models {
namespace {

constexpr std::int64_t most_channels = 1 << 16;

} // namespace

nn::Conv2dConfig segmentation_head(std::int64_t in_channels, std::int64_t num_classes, std::int64_t kernel) {
  return {.in_channels = in_channels, .out_channels = num_classes, .kernel = kernel, .padding = kernel / 2};
}

void check_levels(std::string_view network, const std::vector<std::int64_t>& channels) {
  require<ArgumentError>(channels.size() >= 2 && channels.size() <= 8, network, " of ", channels.size(),
                         " levels, expected 2 to 8");
  for (const std::int64_t count : channels) {
    require<ArgumentError>(count >= 1 && count <= most_channels, network, " with a level of ", count,
                           " channels, expected 1 to ", most_channels);
  }
}

void check_ends(std::string_view network, std::int64_t input_channels, std::int64_t num_classes) {
  require<ArgumentError>(input_channels >= 1 && input_channels <= most_channels, network, " of ",
                         input_channels, " input channels, expected 1 to ", most_channels);
  require<ArgumentError>(num_classes >= 1 && num_classes <= most_channels, network, " of ", num_classes,
                         " classes, expected 1 to ", most_channels);
}

std::int64_t deepest_stride(std::size_t levels) {
  return std::int64_t{1} << (levels - 1);
}

void check_picture(std::string_view network, const Tensor& x, std::int64_t stride) {
  require<ShapeError>(x.rank() == 4, network, ": picture ", x.shape(), ", expected [N, C, H, W]");
  const bool fits = x.size(2) > 0 && x.size(3) > 0 && x.size(2) % stride == 0 && x.size(3) % stride == 0;
  require<ShapeError>(fits, network, ": picture of ", x.size(2), " x ", x.size(3),
                      " pixels, expected multiples of ", stride);
}

} // namespace mammo::models
