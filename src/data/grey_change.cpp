#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace mammo::data {
namespace {

constexpr std::int64_t rows_a_piece = 32;

// One half of a symmetric Gaussian kernel, cut at 3 sigma: its middle first. The whole sums to one.
std::vector<float> half_gaussian(double sigma) {
  const auto radius = std::max<std::int64_t>(1, std::llrint(3 * sigma));
  std::vector<double> density;
  double total = 0;
  for (std::int64_t i = 0; i <= radius; ++i) {
    const double z = static_cast<double>(i) / sigma;
    density.push_back(std::exp(-0.5 * z * z));
    total += (i == 0 ? 1 : 2) * density.back();
  }
  std::vector<float> half;
  for (const double d : density) half.push_back(static_cast<float>(d / total));
  return half;
}

// Rows beyond the canvas are those at its edge.
void blur_down(const float* in, float* out, std::int64_t height, std::int64_t width,
               const std::vector<float>& half) {
  const auto radius = static_cast<std::int64_t>(half.size()) - 1;
  parallel_for(0, height, rows_a_piece, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      float* sum = out + y * width;
      for (std::int64_t x = 0; x < width; ++x) sum[x] = half[0] * in[y * width + x];
      for (std::int64_t k = 1; k <= radius; ++k) {
        const float weight = half[static_cast<std::size_t>(k)];
        const float* above = in + std::max<std::int64_t>(y - k, 0) * width;
        const float* below = in + std::min(y + k, height - 1) * width;
        for (std::int64_t x = 0; x < width; ++x) sum[x] += weight * (above[x] + below[x]);
      }
    }
  });
}

void blur_across(const float* in, float* out, std::int64_t height, std::int64_t width,
                 const std::vector<float>& half) {
  const auto radius = static_cast<std::int64_t>(half.size()) - 1;
  parallel_for(0, height, rows_a_piece, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> padded(static_cast<std::size_t>(width + 2 * radius));
    float* middle = padded.data() + radius;
    for (std::int64_t y = first; y < last; ++y) {
      const float* row = in + y * width;
      std::fill_n(padded.data(), radius, row[0]);
      std::copy_n(row, width, middle);
      std::fill_n(middle + width, radius, row[width - 1]);
      float* sum = out + y * width;
      for (std::int64_t x = 0; x < width; ++x) sum[x] = half[0] * middle[x];
      for (std::int64_t k = 1; k <= radius; ++k) {
        const float weight = half[static_cast<std::size_t>(k)];
        for (std::int64_t x = 0; x < width; ++x) sum[x] += weight * (middle[x - k] + middle[x + k]);
      }
    }
  });
}

void blur(Tensor& canvas, double sigma) {
  const std::vector<float> half = half_gaussian(sigma);
  Tensor across = Tensor::empty(canvas.shape());
  float* pixels = canvas.mutable_data<float>().data();
  float* between = across.mutable_data<float>().data();
  blur_across(pixels, between, canvas.size(0), canvas.size(1), half);
  blur_down(between, pixels, canvas.size(0), canvas.size(1), half);
}

// white (v / white)^gamma by a table, straight between its entries: pow would cost more than all the rest.
class GammaCurve {
 public:
  GammaCurve(double gamma, double white) : steps_per_grey_(static_cast<float>(steps / white)) {
    for (int i = 0; i <= steps; ++i)
      values_.push_back(static_cast<float>(white * std::pow(i / double{steps}, gamma)));
    values_.push_back(values_.back());
  }

  float operator()(float grey) const {
    const float place = std::clamp(grey * steps_per_grey_, 0.0F, static_cast<float>(steps));
    const auto below = static_cast<std::int32_t>(place);
    const float* entry = values_.data() + below;
    return entry[0] + (place - static_cast<float>(below)) * (entry[1] - entry[0]);
  }

 private:
  static constexpr int steps = 4096;
  float steps_per_grey_;
  std::vector<float> values_;
};

// Adds noise to a row: for each four pixels the four words of one Philox block, of each word the sum of its
// bytes.
void add_noise(float* row, std::int64_t width, std::uint64_t row_number, std::uint64_t seed,
               double deviation) {
  // Four numbers uniform over 0..255 have the mean 510 and the variance 4 (256^2 - 1) / 12.
  const auto factor = static_cast<float>(deviation / std::sqrt((256.0 * 256.0 - 1) / 3));
  for (std::int64_t x = 0; x < width; x += 4) {
    const auto block =
        philox4x32({static_cast<std::uint32_t>(x / 4), static_cast<std::uint32_t>(row_number), 0, 0},
                   {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    for (std::int64_t i = 0; i < std::min<std::int64_t>(4, width - x); ++i) {
      const std::uint32_t word = block[static_cast<std::size_t>(i)];
      const std::uint32_t sum = (word & 255U) + (word >> 8 & 255U) + (word >> 16 & 255U) + (word >> 24);
      row[x + i] += factor * (static_cast<float>(sum) - 510);
    }
  }
}

} // namespace

void change_grey(Tensor& canvas, const GreyChange& change, double white) {
  require<ShapeError>(canvas.defined() && canvas.rank() == 2, "change_grey: expected a canvas [h, w]");
  if (change.blur > 0) blur(canvas, change.blur);
  const GammaCurve curve(change.gamma, white);
  const auto gain = static_cast<float>(change.gain);
  const auto offset = static_cast<float>(change.offset);
  const auto most = static_cast<float>(white);
  const std::int64_t width = canvas.size(1);
  float* pixels = canvas.mutable_data<float>().data();
  parallel_for(0, canvas.size(0), rows_a_piece, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      float* row = pixels + y * width;
      if (change.gamma != 1) std::transform(row, row + width, row, curve);
      for (std::int64_t x = 0; x < width; ++x) row[x] = gain * row[x] + offset;
      if (change.noise > 0)
        add_noise(row, width, static_cast<std::uint64_t>(y), change.noise_seed, change.noise);
      for (std::int64_t x = 0; x < width; ++x) row[x] = std::clamp(row[x], 0.0F, most);
    }
  });
}

} // namespace mammo::data
