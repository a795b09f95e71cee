#include "mammo/eval/coco_ap.hpp"

#include "eval/coco_matching.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mammo::eval {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double small = 32.0 * 32;
constexpr double medium = 96.0 * 96;
constexpr double unlimited = 1e10;

double mean_of(const std::array<double, coco_thresholds>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Means {
  double precision = nothing;
  double recall = nothing;
};

Means means_within(std::span<const ImageBoxes> images, const CocoLimits& limits) {
  const auto averages = coco_averages(match_coco(images, limits), {});
  if (!averages) return {};
  return {.precision = mean_of(averages->precision), .recall = mean_of(averages->recall)};
}

} // namespace

struct CocoMatches::Matches {
  std::size_t images = 0;
  std::vector<CocoCategory> categories;
};

CocoMatches::CocoMatches(std::span<const ImageBoxes> images)
    : matches_(std::make_shared<const Matches>(Matches{images.size(), match_coco(images, {})})) {}

CocoMatches::Figures CocoMatches::figures(std::span<const double> weights) const {
  require<ArgumentError>(weights.empty() || weights.size() == matches_->images, weights.size(),
                         " weights of ", matches_->images, " images, expected one for each");
  const auto averages = coco_averages(matches_->categories, weights);
  if (!averages) return {nothing, nothing, nothing, nothing};
  return {.ap = mean_of(averages->precision),
          .ap50 = averages->precision[0],
          .ap75 = averages->precision[5],
          .ar = mean_of(averages->recall)};
}

CocoMatches::Curve CocoMatches::curve50() const {
  std::vector<CocoMark> marks;
  double objects = 0;
  for (const CocoCategory& category : matches_->categories) {
    marks.insert(marks.end(), category.marks.begin(), category.marks.end());
    objects = std::accumulate(category.objects.begin(), category.objects.end(), objects);
  }
  std::ranges::stable_sort(marks, std::greater<>(), &CocoMark::score);
  Curve curve;
  double hits = 0, misses = 0;
  for (const CocoMark& mark : marks) {
    if (mark.fates[0] == Fate::ignored) continue;
    (mark.fates[0] == Fate::hit ? hits : misses) += 1;
    curve.score.push_back(mark.score);
    curve.precision.push_back(hits / (hits + misses));
    curve.recall.push_back(hits / objects);
  }
  return curve;
}

CocoFigures coco_figures(std::span<const ImageBoxes> images) {
  const CocoMatches::Figures all = CocoMatches(images).figures();
  const Means small_ones = means_within(images, {.least_area = 0, .most_area = small});
  const Means medium_ones = means_within(images, {.least_area = small, .most_area = medium});
  const Means large_ones = means_within(images, {.least_area = medium, .most_area = unlimited});
  return {.ap = all.ap,
          .ap50 = all.ap50,
          .ap75 = all.ap75,
          .ap_small = small_ones.precision,
          .ap_medium = medium_ones.precision,
          .ap_large = large_ones.precision,
          .ar_1 = means_within(images, {.boxes = 1}).recall,
          .ar_10 = means_within(images, {.boxes = 10}).recall,
          .ar = all.ar,
          .ar_small = small_ones.recall,
          .ar_medium = medium_ones.recall,
          .ar_large = large_ones.recall};
}

} // namespace mammo::eval
