#include "eval/coco_matching.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

namespace mammo::eval {
namespace {

/// The objects and found boxes of one category on one image, as matching wants them.
struct Pairing {
  std::vector<TruthBox> objects;            // those that are ignored last
  std::vector<bool> ignored;                // of objects
  std::vector<FoundBox> boxes;              // best first
  std::vector<std::vector<double>> overlap; // [box][object]
};

bool outside(double area, const CocoLimits& limits) {
  return area < limits.least_area || area > limits.most_area;
}

bool is_ignored(const TruthBox& object, const CocoLimits& limits) {
  return object.crowd || outside(object.area, limits);
}

/// Intersection over union; over the found box alone where the object is a crowd.
double overlap_of(const Box& found, const TruthBox& object) {
  if (!object.crowd) return iou(found, object.box);
  return found.area() > 0 ? intersection(found, object.box).area() / found.area() : 0;
}

Pairing pair_up(const ImageBoxes& image, std::int64_t category, const CocoLimits& limits) {
  Pairing pairing;
  for (const bool ignored : {false, true}) {
    for (const TruthBox& object : image.truth) {
      if (object.category != category || is_ignored(object, limits) != ignored) continue;
      pairing.objects.push_back(object);
      pairing.ignored.push_back(ignored);
    }
  }
  for (const FoundBox& box : image.found) {
    if (box.category == category) pairing.boxes.push_back(box);
  }
  std::ranges::stable_sort(pairing.boxes, std::greater<>(), &FoundBox::score);
  if (pairing.boxes.size() > limits.boxes) pairing.boxes.resize(limits.boxes);
  for (const FoundBox& box : pairing.boxes) {
    std::vector<double> overlaps;
    for (const TruthBox& object : pairing.objects) overlaps.push_back(overlap_of(box.box, object));
    pairing.overlap.push_back(std::move(overlaps));
  }
  return pairing;
}

/// The free object that a box overlaps most, and at least by `threshold`; the last of equal ones. Those that
/// are ignored are looked at only where no other fits, and a crowd is never used up.
std::optional<std::size_t> best_object(const Pairing& pairing, std::size_t box, const std::vector<bool>& used,
                                       double threshold) {
  std::optional<std::size_t> best;
  double most = threshold;
  for (std::size_t i = 0; i < pairing.objects.size(); ++i) {
    if (used[i] && !pairing.objects[i].crowd) continue;
    if (best && !pairing.ignored[*best] && pairing.ignored[i]) break;
    if (pairing.overlap[box][i] < most) continue;
    most = pairing.overlap[box][i];
    best = i;
  }
  return best;
}

void add_matches(const Pairing& pairing, std::size_t image, const CocoLimits& limits,
                 CocoCategory& category) {
  const std::size_t first = category.marks.size();
  for (const FoundBox& box : pairing.boxes)
    category.marks.push_back({.score = box.score, .image = image, .fates = {}});
  const auto thresholds = coco_iou_thresholds();
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    std::vector<bool> used(pairing.objects.size(), false);
    for (std::size_t i = 0; i < pairing.boxes.size(); ++i) {
      const auto object = best_object(pairing, i, used, thresholds[t]);
      Fate fate = outside(pairing.boxes[i].box.area(), limits) ? Fate::ignored : Fate::miss;
      if (object) fate = pairing.ignored[*object] ? Fate::ignored : Fate::hit;
      if (object) used[*object] = true;
      category.marks[first + i].fates[t] = fate;
    }
  }
  category.objects[image] = static_cast<double>(std::ranges::count(pairing.ignored, false));
}

struct Counted {
  double precision = 0;
  double recall = 0;
};

/// Precision made to fall with recall, averaged at recalls 0, 0.01, ..., 1; 0 beyond the highest recall.
double mean_precision(const std::vector<double>& recalls, std::vector<double> precisions) {
  constexpr int steps = 100;
  for (std::size_t i = precisions.size(); i-- > 1;) {
    precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
  }
  double sum = 0;
  for (int step = 0; step <= steps; ++step) {
    const double recall = step == steps ? 1.0 : step * 0.01;
    const auto found = std::ranges::lower_bound(recalls, recall);
    if (found != recalls.end()) sum += precisions[static_cast<std::size_t>(found - recalls.begin())];
  }
  return sum / (steps + 1);
}

Counted count(const CocoCategory& category, std::size_t threshold, std::span<const double> weights,
              double objects) {
  double hits = 0, misses = 0;
  std::vector<double> recalls, precisions;
  for (const CocoMark& mark : category.marks) {
    const double weight = weights.empty() ? 1 : weights[mark.image];
    if (mark.fates[threshold] == Fate::hit) hits += weight;
    if (mark.fates[threshold] == Fate::miss) misses += weight;
    recalls.push_back(hits / objects);
    precisions.push_back(hits / (hits + misses + std::numeric_limits<double>::epsilon()));
  }
  return {.precision = mean_precision(recalls, std::move(precisions)), .recall = hits / objects};
}

} // namespace

std::array<double, coco_thresholds> coco_iou_thresholds() {
  // As numpy.linspace computes them, whose 0.9 is a rounding below 0.9.
  constexpr double first = 0.5, last = 0.95;
  constexpr double step = (last - first) / (coco_thresholds - 1);
  std::array<double, coco_thresholds> thresholds{};
  for (std::size_t i = 0; i + 1 < thresholds.size(); ++i)
    thresholds[i] = first + step * static_cast<double>(i);
  thresholds.back() = last;
  return thresholds;
}

std::vector<CocoCategory> match_coco(std::span<const ImageBoxes> images, const CocoLimits& limits) {
  std::set<std::int64_t> ids;
  for (const ImageBoxes& image : images) {
    for (const TruthBox& object : image.truth) ids.insert(object.category);
    for (const FoundBox& box : image.found) {
      require<ArgumentError>(std::isfinite(box.score) && std::isfinite(box.box.area()), "found box of score ",
                             box.score, " and area ", box.box.area(), ", expected finite numbers");
    }
  }
  std::vector<CocoCategory> categories;
  for (const std::int64_t id : ids) {
    CocoCategory category{.marks = {}, .objects = std::vector<double>(images.size(), 0)};
    for (std::size_t i = 0; i < images.size(); ++i) {
      add_matches(pair_up(images[i], id, limits), i, limits, category);
    }
    std::ranges::stable_sort(category.marks, std::greater<>(), &CocoMark::score);
    categories.push_back(std::move(category));
  }
  return categories;
}

std::optional<CocoAverages> coco_averages(const std::vector<CocoCategory>& categories,
                                          std::span<const double> weights) {
  CocoAverages mean;
  double counted = 0;
  for (const CocoCategory& category : categories) {
    double objects = 0;
    for (std::size_t i = 0; i < category.objects.size(); ++i) {
      objects += category.objects[i] * (weights.empty() ? 1 : weights[i]);
    }
    if (objects == 0) continue;
    ++counted;
    for (std::size_t t = 0; t < coco_thresholds; ++t) {
      const Counted figures = count(category, t, weights, objects);
      mean.precision[t] += figures.precision;
      mean.recall[t] += figures.recall;
    }
  }
  if (counted == 0) return std::nullopt;
  for (std::size_t t = 0; t < coco_thresholds; ++t) {
    mean.precision[t] /= counted;
    mean.recall[t] /= counted;
  }
  return mean;
}

} // namespace mammo::eval
