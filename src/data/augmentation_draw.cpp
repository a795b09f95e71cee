#include "mammo/core/error.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/image/resample.hpp"

#include <cmath>
#include <numbers>

namespace mammo::data {
namespace {

// Draws two numbers in any case, so that one option's probability does not change what is drawn for others.
double draw(const RandomValue& value, double neutral, Generator& generator) {
  const bool chosen = generator.uniform() < value.probability;
  const double drawn = generator.uniform(value.low, value.high);
  return chosen ? drawn : neutral;
}

std::uint64_t draw_seed(Generator& generator) {
  const std::uint64_t high = generator.next_u32();
  return high << 32 | generator.next_u32();
}

void check_probability(const char* name, double probability) {
  require<ArgumentError>(probability >= 0 && probability <= 1, "augmentation: ", name, " with probability ",
                         probability, ", expected 0 to 1");
}

void check_value(const char* name, const RandomValue& value, double least, double most) {
  check_probability(name, value.probability);
  require<ArgumentError>(value.low >= least && value.low <= value.high && value.high <= most,
                         "augmentation: ", name, " from ", value.low, " to ", value.high, ", expected ",
                         least, " to ", most);
}

image::Displacement random_displacement(double largest, std::uint64_t seed,
                                        const AugmentationOptions& options) {
  const auto spacing = static_cast<double>(options.elastic_spacing);
  Generator generator(seed);
  return {random_uniform({2, image::Displacement::nodes_over(options.height, spacing),
                          image::Displacement::nodes_over(options.width, spacing)},
                         -largest, largest, generator),
          spacing};
}

} // namespace

AugmentationOptions detector_augmentation() {
  return {.flip_left_right = 0.5,
          .flip_up_down = 0.3,
          .scale = {0.75, 1.25},
          .rotation = {-12, 12},
          .shift_x = {-30, 30},
          .shift_y = {-40, 40},
          .gamma = {0.75, 1.35, 0.3},
          .gain = {0.8, 1.2},
          .offset = {-12, 12}};
}

void check(const AugmentationOptions& options) {
  constexpr std::int64_t longest_side = 65536;
  constexpr double any = 1e6;
  require<ArgumentError>(options.height >= 1 && options.width >= 1 && options.height <= longest_side &&
                             options.width <= longest_side,
                         "augmentation: canvas of ", options.height, " x ", options.width, ", expected 1 to ",
                         longest_side);
  require<ArgumentError>(options.max_scale > 0 && std::isfinite(options.max_scale),
                         "augmentation: max_scale ", options.max_scale, ", expected above 0");
  require<ArgumentError>(options.white > 0 && std::isfinite(options.white), "augmentation: white ",
                         options.white, ", expected above 0");
  require<ArgumentError>(std::isfinite(options.mean), "augmentation: mean ", options.mean);
  check_probability("flip_left_right", options.flip_left_right);
  check_probability("flip_up_down", options.flip_up_down);
  check_probability("mosaic", options.mosaic);
  check_probability("paste", options.paste);
  check_value("scale", options.scale, 0.01, 100);
  check_value("rotation", options.rotation, -360, 360);
  check_value("shift_x", options.shift_x, -any, any);
  check_value("shift_y", options.shift_y, -any, any);
  check_value("zoom", options.zoom, 1, 100);
  const auto spacing = static_cast<double>(options.elastic_spacing);
  require<ArgumentError>(options.elastic_spacing >= 1 && options.elastic_spacing <= longest_side,
                         "augmentation: elastic_spacing ", options.elastic_spacing, ", expected 1 to ",
                         longest_side);
  check_value("elastic", options.elastic, 0, std::nextafter(spacing / 4, 0));
  check_value("mosaic_scale", options.mosaic_scale, 0.01, 100);
  check_value("paste_scale", options.paste_scale, 0.01, 100);
  check_value("blur", options.blur, 0, 40);
  check_value("gamma", options.gamma, 0.01, 100);
  check_value("gain", options.gain, 0, any);
  check_value("offset", options.offset, -any, any);
  check_value("noise", options.noise, 0, any);
  check_value("cutout", options.cutout, 0, 1);
  require<ArgumentError>(options.cutout_holes >= 0 && options.cutout_holes <= 1000,
                         "augmentation: cutout_holes ", options.cutout_holes, ", expected 0 to 1000");
  require<ArgumentError>(options.least_visible >= 0 && options.least_visible <= 1,
                         "augmentation: least_visible ", options.least_visible, ", expected 0 to 1");
  require<ArgumentError>(options.least_side >= 0, "augmentation: least_side ", options.least_side,
                         ", expected 0 or more");
}

Placement draw_placement(const AugmentationOptions& options, Generator& generator) {
  Placement placement;
  placement.flip_left_right = generator.uniform() < options.flip_left_right;
  placement.flip_up_down = generator.uniform() < options.flip_up_down;
  placement.scale = draw(options.scale, 1, generator);
  placement.rotation = draw(options.rotation, 0, generator);
  placement.shift_x = draw(options.shift_x, 0, generator);
  placement.shift_y = draw(options.shift_y, 0, generator);
  placement.zoom = draw(options.zoom, 1, generator);
  placement.zoom_x = generator.uniform();
  placement.zoom_y = generator.uniform();
  placement.elastic = draw(options.elastic, 0, generator);
  placement.elastic_seed = draw_seed(generator);
  return placement;
}

GreyChange draw_grey_change(const AugmentationOptions& options, Generator& generator) {
  GreyChange change;
  change.blur = draw(options.blur, 0, generator);
  change.gamma = draw(options.gamma, 1, generator);
  change.gain = draw(options.gain, 1, generator);
  change.offset = draw(options.offset, 0, generator);
  change.noise = draw(options.noise, 0, generator);
  change.noise_seed = draw_seed(generator);
  return change;
}

image::Warp warp_for(const Placement& placement, std::int64_t height, std::int64_t width,
                     const AugmentationOptions& options) {
  const auto canvas_w = static_cast<double>(options.width);
  const auto canvas_h = static_cast<double>(options.height);
  const double flip_x = placement.flip_left_right ? -1 : 1;
  const double flip_y = placement.flip_up_down ? -1 : 1;
  const double hidden = 1 - 1 / placement.zoom; // fraction of the canvas beside the zoomed part
  const AffineTransform to_canvas =
      image::canvas_fit(height, width,
                        {.height = options.height, .width = options.width, .max_scale = options.max_scale})
          .then(AffineTransform::translation(-canvas_w / 2, -canvas_h / 2))
          .then(AffineTransform::scaling(flip_x * placement.scale, flip_y * placement.scale))
          .then(AffineTransform::rotation(placement.rotation * std::numbers::pi / 180))
          .then(AffineTransform::translation(
              canvas_w / 2 + placement.shift_x - placement.zoom_x * hidden * canvas_w,
              canvas_h / 2 + placement.shift_y - placement.zoom_y * hidden * canvas_h))
          .then(AffineTransform::scaling(placement.zoom, placement.zoom));
  if (placement.elastic <= 0) return {to_canvas};
  return {to_canvas, random_displacement(placement.elastic, placement.elastic_seed, options)};
}

} // namespace mammo::data
