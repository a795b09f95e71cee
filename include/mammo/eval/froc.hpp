#pragma once

#include "mammo/eval/coco_ap.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mammo::eval {

/// When a mark has found a lesion.
enum class LesionRule {
  iou50,  ///< boxes overlap with an intersection over union of at least 0.5
  iou20,  ///< of at least 0.2
  centre, ///< the mark's centre is in the lesion's box, its edge included
};
inline constexpr LesionRule all_lesion_rules[] = {LesionRule::iou50, LesionRule::iou20, LesionRule::centre};

/// "iou50", "iou20", "centre".
std::string_view name_of(LesionRule rule);

/// Which films' false marks are counted, and over which number of films.
enum class FalseMarksOn {
  all_films,
  lesion_free_films, ///< as in screening; the data set must have some
};

/// Free-response ROC (Bunch et al., Proc SPIE 127, 1977): sensitivity over all lesions against the mean
/// number of false marks a film. Point i shows marks that score at least threshold[i]; it starts with none.
struct FrocCurve {
  std::vector<double> threshold;
  std::vector<double> false_marks_per_film;
  std::vector<double> sensitivity;
};

/// The highest sensitivity with at most so many false marks a film; between two points of the curve it is
/// the lower one's.
double sensitivity_at(const FrocCurve& curve, double false_marks_per_film);

/// The false marks a film at which published curves are read.
inline constexpr double froc_readings[] = {0.25, 0.5, 1, 2, 4};

/// Marks joined with lesions under a rule. From the best score down, each mark takes the lesion that it finds
/// and no mark before it has: of several the one that it overlaps most, the nearest centre where the overlap
/// is the same. A mark that finds none, or only lesions that were found already, is false. A crowd box is no
/// lesion; what finds it alone counts neither way. Categories are not looked at.
class FrocMarks {
 public:
  /// Throws ArgumentError on a score that is NaN.
  FrocMarks(std::span<const ImageBoxes> films, LesionRule rule);

  std::size_t films() const;
  std::size_t lesions() const;
  std::size_t lesion_free_films() const;

  /// `weights`: one a film, 0 or more; empty counts each once. Throws ArgumentError on another number of
  /// weights, and where their films have no lesion or are none.
  FrocCurve curve(FalseMarksOn counted = FalseMarksOn::all_films, std::span<const double> weights = {}) const;

 private:
  struct Marks;
  std::shared_ptr<const Marks> marks_;
};

} // namespace mammo::eval
