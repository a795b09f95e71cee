#pragma once

#include "mammo/core/geometry.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mammo::eval {

/// What is on an image. `area` decides the size class; COCO takes the outline's. A crowd box stands for
/// several objects: what is found in it counts neither way.
struct TruthBox {
  Box box;
  std::int64_t category = 0;
  double area = 0;
  bool crowd = false;
};

struct FoundBox {
  Box box;
  std::int64_t category = 0;
  double score = 0;
};

struct ImageBoxes {
  std::vector<TruthBox> truth;
  std::vector<FoundBox> found;
};

/// Twelve figures of COCO's detection task. "small" is an area up to 32^2 pixels, "medium" up to 96^2,
/// "large" above; `ar_1` and `ar_10` look at that many boxes of an image and category, all else at 100. NaN
/// where there is nothing of the kind to find.
struct CocoFigures {
  double ap = 0; ///< average precision, mean over IoU 0.50, 0.55, ..., 0.95
  double ap50 = 0, ap75 = 0;
  double ap_small = 0, ap_medium = 0, ap_large = 0;
  double ar_1 = 0, ar_10 = 0;
  double ar = 0; ///< average recall, mean over the same IoUs
  double ar_small = 0, ar_medium = 0, ar_large = 0;
};

/// Average precision and recall as COCO counts them (Lin et al., "Microsoft COCO", 2014;
/// https://cocodataset.org/#detection-eval), equal to pycocotools' COCOeval on annotations whose ids start at
/// 1: on each image and category boxes are taken from the best score down, each is given the free object that
/// it overlaps most; precision is made to fall and read at 101 recalls. Equal scores keep the order of the
/// images and boxes.
///
/// Throws ArgumentError on a score or box that is not finite.
CocoFigures coco_figures(std::span<const ImageBoxes> images);

/// The matches of coco_figures for all sizes and 100 boxes, kept to be counted again with other weights of
/// the images, as resampling wants.
class CocoMatches {
 public:
  explicit CocoMatches(std::span<const ImageBoxes> images);

  struct Figures {
    double ap = 0, ap50 = 0, ap75 = 0, ar = 0;
  };
  /// `weights`: one an image, 0 or more; empty counts each once. NaN where there is nothing to find. Throws
  /// ArgumentError on another number of weights.
  Figures figures(std::span<const double> weights = {}) const;

  /// Precision and recall after each box, best score first, at IoU 0.5 or more; precision as it is, not made
  /// to fall. Of all categories together.
  struct Curve {
    std::vector<double> score, precision, recall;
  };
  Curve curve50() const;

 private:
  struct Matches;
  std::shared_ptr<const Matches> matches_;
};

} // namespace mammo::eval
