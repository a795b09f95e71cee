#pragma once

#include "mammo/eval/coco_ap.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace mammo::eval {

inline constexpr std::size_t coco_thresholds = 10;
/// IoU 0.50, 0.55, ..., 0.95.
std::array<double, coco_thresholds> coco_iou_thresholds();

/// Which objects and boxes count.
struct CocoLimits {
  double least_area = 0;
  double most_area = 1e10;
  std::size_t boxes = 100; ///< best of an image and category
};

/// What became of a found box at one IoU.
enum class Fate : std::uint8_t { hit, miss, ignored };

struct CocoMark {
  double score = 0;
  std::size_t image = 0;
  std::array<Fate, coco_thresholds> fates{};
};

/// One category over all images.
struct CocoCategory {
  std::vector<CocoMark> marks; ///< best score first, equal ones in the order of the images
  std::vector<double> objects; ///< to be found, for each image
};

/// One for each category that has an object on some image, ignored ones included.
std::vector<CocoCategory> match_coco(std::span<const ImageBoxes> images, const CocoLimits& limits);

/// For each IoU, precision averaged over 101 recalls, and the highest recall.
struct CocoAverages {
  std::array<double, coco_thresholds> precision{};
  std::array<double, coco_thresholds> recall{};
};

/// The mean over categories with something to find; nothing where there is none. Weights as in
/// CocoMatches::figures.
std::optional<CocoAverages> coco_averages(const std::vector<CocoCategory>& categories,
                                          std::span<const double> weights);

} // namespace mammo::eval
