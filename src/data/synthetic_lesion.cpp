#include "mammo/data/synthetic_lesion.hpp"

#include "data/power_law_noise.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/mask.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace mammo::data {
namespace {

constexpr double full_turn = 2 * std::numbers::pi;

/// How far the border is from the middle in each direction, in units of the ellipse.
struct Border {
  struct Wave {
    int count;
    double height;
    double phase;
  };
  struct Spike {
    double direction;
    double width; // radians
    double height;
  };
  std::vector<Wave> waves;
  std::vector<Spike> spikes;

  double radius(double direction) const {
    double radius = 1;
    for (const Wave& wave : waves) radius += wave.height * std::cos(wave.count * direction + wave.phase);
    for (const Spike& spike : spikes) {
      const double off = std::remainder(direction - spike.direction, full_turn) / spike.width;
      radius += spike.height * std::exp(-off * off);
    }
    return radius;
  }
};

Border draw_border(Generator& generator) {
  Border border;
  const double unrest = generator.uniform(0.05, 0.35);
  for (int count = 2; count <= 7; ++count) {
    border.waves.push_back({count, unrest * generator.normal() / count, generator.uniform(0, full_turn)});
  }
  constexpr double spiculated = 1.0 / 3;
  if (generator.uniform() >= spiculated) return border;
  const std::uint32_t spikes = 4 + generator.below(9);
  for (std::uint32_t i = 0; i < spikes; ++i) {
    border.spikes.push_back(
        {generator.uniform(0, full_turn), generator.uniform(0.08, 0.22), generator.uniform(0.1, 0.5)});
  }
  return border;
}

/// How deep each pixel lies within the shape, in units of the ellipse: above 0 inside.
Field draw_depth(std::int64_t height, std::int64_t width, const Box& place, Generator& generator) {
  const Border border = draw_border(generator);
  const double turn = generator.uniform(0, full_turn);
  const double slenderness = generator.uniform(0.65, 1); // of the shorter axis against the longer
  const double roughness = generator.uniform(0, 0.22);
  const double radius = std::min(place.width, place.height) / 2;
  const Field rough = power_law_noise(height, width, std::max(4.0, radius), 2, generator);
  constexpr double fill = 0.85; // waves and spikes reach further
  Field depth(height, width);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = (static_cast<double>(x) + 0.5 - place.x - place.width / 2) / (fill * place.width / 2);
      const double dy =
          (static_cast<double>(y) + 0.5 - place.y - place.height / 2) / (fill * place.height / 2);
      const double u = dx * std::cos(turn) + dy * std::sin(turn);
      const double v = (dy * std::cos(turn) - dx * std::sin(turn)) / slenderness;
      depth(y, x) = static_cast<float>(border.radius(std::atan2(v, u)) - std::hypot(u, v) +
                                       roughness * static_cast<double>(rough(y, x)));
    }
  }
  return depth;
}

/// Standard deviation of the pixels in a box.
double contrast_in(const Tensor& tissue, const Box& box) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  const auto pixels = tissue.data<std::uint8_t>();
  for (auto y = static_cast<std::int64_t>(box.y); y < static_cast<std::int64_t>(box.bottom()); ++y) {
    for (auto x = static_cast<std::int64_t>(box.x); x < static_cast<std::int64_t>(box.right()); ++x) {
      const double value = pixels[static_cast<std::size_t>(y * tissue.size(1) + x)];
      sum += value;
      squares += value * value;
      ++count;
    }
  }
  return count > 0 ? std::sqrt(std::max(0.0, squares / count - sum / count * sum / count)) : 0;
}

double smooth_step(double low, double high, double value) {
  const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

} // namespace

Tensor paste_synthetic_lesion(Tensor& tissue, const Box& place, Generator& generator) {
  require<ShapeError>(tissue.rank() == 2, "tissue of shape ", tissue.shape(), ", expected [H, W]");
  const std::int64_t height = tissue.size(0);
  const std::int64_t width = tissue.size(1);
  constexpr double least_side = 8;
  require<ArgumentError>(place.x >= 0 && place.y >= 0 && place.right() <= static_cast<double>(width) &&
                             place.bottom() <= static_cast<double>(height) && place.width >= least_side &&
                             place.height >= least_side,
                         "a lesion at ", place.x, ", ", place.y, " of ", place.width, " x ", place.height,
                         " on ", height, " x ", width, " pixels; expected it inside, 8 pixels or larger");
  const Field depth = draw_depth(height, width, place, generator);
  Tensor shape = Tensor::empty({height, width}, {.dtype = DType::u8});
  std::ranges::transform(depth.values, shape.mutable_data<std::uint8_t>().begin(),
                         [](float d) { return static_cast<std::uint8_t>(d > 0 ? 1 : 0); });
  const Tensor mask = image::main_part(shape, image::ellipse_mask(place, height, width));

  const double contrast = std::clamp(generator.uniform(0.5, 3) * contrast_in(tissue, place), 6.0, 70.0);
  const double softness = generator.uniform(0.04, 0.4);
  const double dome = generator.uniform(0, 0.5); // share of the brightness that grows towards the middle
  const Field texture = power_law_noise(height, width, std::min(place.width, place.height) / 2, 2, generator);
  const double unevenness = generator.uniform(0, 0.25);
  const auto pixels = tissue.mutable_data<std::uint8_t>();
  const auto inside = mask.data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    // Holes that were filled are inside; parts that were taken away are not.
    const double d =
        inside[i] != 0 ? std::max(0.0, double{depth.values[i]}) : std::min(0.0, double{depth.values[i]});
    const double share =
        smooth_step(-softness, softness, d) * (1 - dome + dome * std::min(1.0, std::max(0.0, d)));
    const double gained = contrast * share * (1 + unevenness * double{texture.values[i]});
    pixels[i] = static_cast<std::uint8_t>(std::clamp(std::round(pixels[i] + gained), 0.0, 255.0));
  }
  return mask;
}

} // namespace mammo::data
