#include "mammo/image/level_set.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/warp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

constexpr std::int64_t grid = 96; // pixels a side
constexpr double context = 2;     // sides of the box that the grid shows
constexpr double ring = 1.8;      // in radii of the ellipse: what counts as around it

constexpr double box_side = grid / context; // on the grid
constexpr Box middle{(grid - box_side) / 2, (grid - box_side) / 2, box_side, box_side};

using Grid = std::array<float, static_cast<std::size_t>(grid* grid)>;

/// Radius in units of the ellipse's, squared.
double squared_radius(std::int64_t y, std::int64_t x) {
  constexpr double unit = grid / context / 2;
  const double dy = (static_cast<double>(y) + 0.5 - grid / 2.0) / unit;
  const double dx = (static_cast<double>(x) + 0.5 - grid / 2.0) / unit;
  return dx * dx + dy * dy;
}

void blur(const Grid& from, Grid& to, double sigma) {
  const cv::Mat in(grid, grid, CV_32F, const_cast<float*>(from.data()));
  cv::Mat out(grid, grid, CV_32F, to.data());
  cv::GaussianBlur(in, out, {}, sigma, sigma, cv::BORDER_REPLICATE);
}

bool in_box(std::size_t i) {
  const std::size_t row = i / grid;
  const Point pixel{static_cast<double>(i % grid) + 0.5, static_cast<double>(row) + 0.5};
  return pixel.x > middle.x && pixel.x < middle.right() && pixel.y > middle.y && pixel.y < middle.bottom();
}

/// The picture around the box, evened out, and where it is tissue.
class Surroundings {
 public:
  Surroundings(const Tensor& window, const LevelSetOptions& options) {
    Grid seen{};
    std::ranges::copy(window.data<float>(), seen.begin());
    blur(seen, grey_, 1);
    for (std::size_t i = 0; i < grey_.size(); ++i) {
      tissue_[i] = seen[i] >= options.background && seen[i] < options.frame;
    }
    take_off_plane();
  }

  float grey(std::size_t i) const { return grey_[i]; }
  bool tissue(std::size_t i) const { return tissue_[i]; }

  /// Mean grey of the tissue inside (`side` 1) or outside (0) of a region; nothing where there is none.
  std::optional<double> mean(const Grid& region, float side) const {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < grey_.size(); ++i) {
      if (region[i] != side || !near(i) || !tissue(i)) continue;
      sum += grey_[i];
      ++count;
    }
    if (count == 0) return std::nullopt;
    return sum / count;
  }

  static double radius_of(std::size_t i) {
    return squared_radius(static_cast<std::int64_t>(i) / grid, static_cast<std::int64_t>(i) % grid);
  }

 private:
  static bool near(std::size_t i) { return radius_of(i) < ring * ring; }

  /// The plane that fits the tissue outside of the ellipse best, by least squares.
  void take_off_plane() {
    std::vector<cv::Vec3f> rows;
    std::vector<float> values;
    for (std::size_t i = 0; i < grey_.size(); ++i) {
      if (!tissue(i) || !near(i) || radius_of(i) < 1.2) continue;
      rows.push_back(at(i));
      values.push_back(grey_[i]);
    }
    constexpr std::size_t enough = 200;
    if (rows.size() < enough) return;
    cv::Vec3f plane;
    const cv::Mat equations(static_cast<int>(rows.size()), 3, CV_32F, rows.data());
    const cv::Mat target(static_cast<int>(values.size()), 1, CV_32F, values.data());
    cv::Mat solution;
    if (!cv::solve(equations, target, solution, cv::DECOMP_NORMAL | cv::DECOMP_CHOLESKY)) return;
    for (int k = 0; k < 3; ++k) plane[k] = solution.at<float>(k);
    for (std::size_t i = 0; i < grey_.size(); ++i) grey_[i] -= plane.dot(at(i));
  }

  static cv::Vec3f at(std::size_t i) {
    const std::size_t row = i / grid;
    const auto y = static_cast<float>(row);
    const auto x = static_cast<float>(i % grid);
    return {1, x / grid - 0.5F, y / grid - 0.5F};
  }

  Grid grey_{};
  std::array<bool, static_cast<std::size_t>(grid* grid)> tissue_{};
};

/// Lets the curve come to rest; returns its region, u8 [grid, grid].
Tensor evolved(const Surroundings& around, double level, const LevelSetOptions& options) {
  const double sigma = std::max(0.5, options.smoothness * grid / context);
  Grid region{};
  for (std::size_t i = 0; i < region.size(); ++i) region[i] = Surroundings::radius_of(i) < 1 ? 1.0F : 0.0F;
  Grid smooth{};
  for (int k = 0; k < options.iterations; ++k) {
    const auto inside = around.mean(region, 1);
    const auto outside = around.mean(region, 0);
    const double contrast = inside && outside ? *inside - *outside : 0;
    blur(region, smooth, sigma);
    bool moved = false;
    for (std::size_t i = 0; i < region.size(); ++i) {
      double force = options.prior * std::clamp(1 - Surroundings::radius_of(i), -2.0, 1.0);
      if (!around.tissue(i)) {
        force -= 1;
      } else if (contrast > 0) {
        const double place = (around.grey(i) - *outside) / contrast - 0.5 - level;
        force += std::clamp(2 * place, -1.0, 1.0);
      }
      const bool allowed = !options.confined || in_box(i);
      const float next = allowed && smooth[i] + options.step * force > 0.5 ? 1.0F : 0.0F;
      moved = moved || next != region[i];
      region[i] = next;
    }
    if (!moved) break;
  }
  Tensor mask = Tensor::empty({grid, grid}, {.dtype = DType::u8});
  std::ranges::transform(region, mask.mutable_data<std::uint8_t>().begin(),
                         [](float value) { return static_cast<std::uint8_t>(value); });
  return mask;
}

void check(const LevelSetOptions& options) {
  require<ArgumentError>(!options.levels.empty() && options.iterations >= 1 && options.smoothness > 0 &&
                             options.smoothness < 1 && options.prior >= 0 && options.step > 0,
                         "level set: an option is out of range");
}

} // namespace

Tensor level_set_outline(const Tensor& grey, const Box& box, const LevelSetOptions& options) {
  check(options);
  const LesionWindow window = lesion_window(grey, box, context, grid);
  const Surroundings around(window.picture, options);
  const Tensor ellipse = ellipse_mask(middle, grid, grid);
  Tensor best;
  double best_fit = -1;
  for (const double level : options.levels) {
    const Tensor part = main_part(evolved(around, level, options), ellipse);
    const double fit = iou(mask_extent(part), middle);
    if (fit <= best_fit) continue;
    best_fit = fit;
    best = part;
  }
  const Tensor on_picture =
      warp(best.to(DType::f32), {window.to_window.inverse()}, grey.size(0), grey.size(1));
  return mask_above(on_picture);
}

} // namespace mammo::image
