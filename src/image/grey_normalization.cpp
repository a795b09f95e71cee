#include "mammo/image/grey_normalization.hpp"

#include "image/grey.hpp"
#include "image/levels_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mammo::image {
namespace {

constexpr double white = 65535;

struct Levels16 {
  std::vector<std::int64_t> count; ///< of each level, in the breast
  std::int64_t pixels = 0;         ///< in the breast
};

Levels16 levels_in(const Tensor& picture, const Tensor& mask, const char* what) {
  const Tensor inside = dense_grey(mask, what);
  require<ShapeError>(inside.shape() == picture.shape(), what, ": a mask of shape ", inside.shape(),
                      " on a picture of ", picture.shape());
  Levels16 levels{.count = std::vector<std::int64_t>(picture.dtype() == DType::u8 ? 256 : 65536)};
  const std::uint8_t* in_breast = inside.data<std::uint8_t>().data();
  with_pixels(picture, [&](const auto* pixels) {
    for (std::int64_t i = 0; i < picture.numel(); ++i) {
      if (in_breast[i] == 0) continue;
      ++levels.count[pixels[i]];
      ++levels.pixels;
    }
  });
  require<ArgumentError>(levels.pixels > 0, what, ": an empty mask, expected a breast");
  return levels;
}

// The least level that at least `rank` pixels of the breast, 1 to all, do not exceed.
std::size_t level_of_rank(const Levels16& levels, std::int64_t rank) {
  std::int64_t below = 0;
  std::size_t level = 0;
  while (below + levels.count[level] < rank) below += levels.count[level++];
  return level;
}

std::size_t percentile(const Levels16& levels, double percent) {
  const double rank = 1 + percent / 100 * static_cast<double>(levels.pixels - 1);
  return level_of_rank(levels, std::llround(rank));
}

Tensor looked_up(const Tensor& picture, const std::vector<std::uint16_t>& table) {
  Tensor result = Tensor::empty(picture.shape(), {.dtype = DType::u16});
  std::uint16_t* out = result.mutable_data<std::uint16_t>().data();
  with_pixels(picture, [&](const auto* pixels) {
    for (std::int64_t i = 0; i < picture.numel(); ++i) out[i] = table[pixels[i]];
  });
  return result;
}

} // namespace

Tensor stretch_percentiles(const Tensor& picture, const Tensor& mask, const StretchOptions& options) {
  const Tensor source = dense_levels(picture, "stretch_percentiles");
  require<ArgumentError>(options.low >= 0 && options.low < options.high && options.high <= 100,
                         "stretch_percentiles: percentiles ", options.low, " and ", options.high,
                         ", expected 0 <= low < high <= 100");
  const Levels16 levels = levels_in(source, mask, "stretch_percentiles");
  const auto low = static_cast<double>(percentile(levels, options.low));
  const auto high = static_cast<double>(percentile(levels, options.high));
  const double range = std::max(1.0, high - low);
  std::vector<std::uint16_t> table(levels.count.size());
  for (std::size_t level = 0; level < table.size(); ++level) {
    const double share = std::clamp((static_cast<double>(level) - low) / range, 0.0, 1.0);
    table[level] = static_cast<std::uint16_t>(std::lround(share * white));
  }
  return looked_up(source, table);
}

std::vector<std::uint16_t> level_quantiles(const Tensor& picture, const Tensor& mask, std::int64_t count) {
  const Tensor source = dense_levels(picture, "level_quantiles");
  constexpr std::int64_t most = 4097;
  require<ArgumentError>(count >= 2 && count <= most, "level_quantiles: ", count,
                         " quantiles, expected 2 to ", most);
  const Levels16 levels = levels_in(source, mask, "level_quantiles");
  std::vector<std::uint16_t> quantiles;
  for (std::int64_t i = 0; i < count; ++i) {
    const double percent = 100 * static_cast<double>(i) / static_cast<double>(count - 1);
    quantiles.push_back(static_cast<std::uint16_t>(percentile(levels, percent)));
  }
  return quantiles;
}

Tensor match_histogram(const Tensor& picture, const Tensor& mask, std::span<const std::uint16_t> reference) {
  const Tensor source = dense_levels(picture, "match_histogram");
  require<ArgumentError>(reference.size() >= 2 && std::ranges::is_sorted(reference),
                         "match_histogram: a reference of ", reference.size(),
                         " quantiles, expected 2 or more that never fall");
  const Levels16 levels = levels_in(source, mask, "match_histogram");
  std::vector<std::uint16_t> table(levels.count.size());
  double below = 0;
  for (std::size_t level = 0; level < table.size(); ++level) {
    const auto here = static_cast<double>(levels.count[level]);
    const double rank = (below + here / 2) / static_cast<double>(levels.pixels);
    below += here;
    if (below == 0) continue; // darker than all of the breast: air stays black
    const double place = rank * static_cast<double>(reference.size() - 1);
    const auto first = std::min(static_cast<std::size_t>(place), reference.size() - 2);
    const double share = place - static_cast<double>(first);
    table[level] = static_cast<std::uint16_t>(
        std::lround((1 - share) * reference[first] + share * reference[first + 1]));
  }
  return looked_up(source, table);
}

std::span<const std::uint16_t> film_reference() {
  static constexpr std::array<std::uint16_t, 17> quantiles{2574,  11351, 16212, 20089, 23134, 25443,
                                                           27319, 28925, 30347, 31765, 33149, 34656,
                                                           36331, 38284, 40889, 44350, 59050};
  return quantiles;
}

} // namespace mammo::image
