#include "mammo/eval/froc.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace mammo::eval {
namespace {

struct Mark {
  double score = 0;
  std::size_t film = 0;
  bool hit = false;
};

Point centre_of(const Box& box) {
  return {box.x + box.width / 2, box.y + box.height / 2};
}

bool contains(const Box& box, Point p) {
  return p.x >= box.x && p.x <= box.right() && p.y >= box.y && p.y <= box.bottom();
}

bool finds(const Box& mark, const Box& lesion, LesionRule rule) {
  switch (rule) {
  case LesionRule::iou50: return iou(mark, lesion) >= 0.5;
  case LesionRule::iou20: return iou(mark, lesion) >= 0.2;
  case LesionRule::centre: return contains(lesion, centre_of(mark));
  }
  return false;
}

/// Larger is better: overlap first, then nearness.
std::pair<double, double> fit(const Box& mark, const Box& lesion) {
  const Point a = centre_of(mark);
  const Point b = centre_of(lesion);
  return {iou(mark, lesion), -std::hypot(a.x - b.x, a.y - b.y)};
}

/// The lesion that a mark finds, of those not found yet.
std::optional<std::size_t> found_lesion(const Box& mark, const std::vector<Box>& lesions,
                                        const std::vector<bool>& found, LesionRule rule) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    if (found[i] || !finds(mark, lesions[i], rule)) continue;
    if (!best || fit(mark, lesions[i]) > fit(mark, lesions[*best])) best = i;
  }
  return best;
}

std::vector<Mark> marks_of(const ImageBoxes& film, std::size_t number, LesionRule rule) {
  std::vector<Box> lesions;
  std::vector<Box> crowds;
  for (const TruthBox& truth : film.truth) (truth.crowd ? crowds : lesions).push_back(truth.box);
  std::vector<FoundBox> boxes = film.found;
  std::ranges::stable_sort(boxes, std::greater<>(), &FoundBox::score);

  std::vector<bool> found(lesions.size(), false);
  std::vector<Mark> marks;
  for (const FoundBox& box : boxes) {
    require<ArgumentError>(!std::isnan(box.score), "FROC: a score is NaN, expected numbers");
    const auto lesion = found_lesion(box.box, lesions, found, rule);
    if (lesion) found[*lesion] = true;
    const auto in = [&](const Box& other) { return finds(box.box, other, rule); };
    if (!lesion && std::ranges::any_of(crowds, in) && std::ranges::none_of(lesions, in)) continue;
    marks.push_back({.score = box.score, .film = number, .hit = lesion.has_value()});
  }
  return marks;
}

} // namespace

struct FrocMarks::Marks {
  std::vector<Mark> marks;     // best score first
  std::vector<double> lesions; // of each film
};

std::string_view name_of(LesionRule rule) {
  switch (rule) {
  case LesionRule::iou50: return "iou50";
  case LesionRule::iou20: return "iou20";
  case LesionRule::centre: return "centre";
  }
  return "";
}

FrocMarks::FrocMarks(std::span<const ImageBoxes> films, LesionRule rule) {
  auto marks = std::make_shared<Marks>();
  for (std::size_t i = 0; i < films.size(); ++i) {
    const std::vector<Mark> here = marks_of(films[i], i, rule);
    marks->marks.insert(marks->marks.end(), here.begin(), here.end());
    marks->lesions.push_back(
        static_cast<double>(std::ranges::count(films[i].truth, false, &TruthBox::crowd)));
  }
  std::ranges::stable_sort(marks->marks, std::greater<>(), &Mark::score);
  marks_ = std::move(marks);
}

std::size_t FrocMarks::films() const {
  return marks_->lesions.size();
}

std::size_t FrocMarks::lesions() const {
  double sum = 0;
  for (const double count : marks_->lesions) sum += count;
  return static_cast<std::size_t>(sum);
}

std::size_t FrocMarks::lesion_free_films() const {
  return static_cast<std::size_t>(std::ranges::count(marks_->lesions, 0.0));
}

FrocCurve FrocMarks::curve(FalseMarksOn counted, std::span<const double> weights) const {
  const std::vector<double>& lesions = marks_->lesions;
  require<ArgumentError>(weights.empty() || weights.size() == lesions.size(), weights.size(), " weights of ",
                         lesions.size(), " films, expected one for each");
  const auto weight = [&](std::size_t film) { return weights.empty() ? 1.0 : weights[film]; };
  const auto counts = [&](std::size_t film) {
    return counted == FalseMarksOn::all_films || lesions[film] == 0;
  };
  double all_lesions = 0, all_films = 0;
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    all_lesions += weight(i) * lesions[i];
    all_films += counts(i) ? weight(i) : 0;
  }
  require<ArgumentError>(all_lesions > 0 && all_films > 0, "FROC over ", all_lesions, " lesions and ",
                         all_films, " films whose false marks count, expected some of both");

  FrocCurve curve{{std::numeric_limits<double>::infinity()}, {0}, {0}};
  double hits = 0, false_marks = 0;
  for (std::size_t i = 0; i < marks_->marks.size(); ++i) {
    const Mark& mark = marks_->marks[i];
    if (mark.hit) hits += weight(mark.film);
    if (!mark.hit && counts(mark.film)) false_marks += weight(mark.film);
    if (i + 1 < marks_->marks.size() && marks_->marks[i + 1].score == mark.score) continue;
    curve.threshold.push_back(mark.score);
    curve.false_marks_per_film.push_back(false_marks / all_films);
    curve.sensitivity.push_back(hits / all_lesions);
  }
  return curve;
}

double sensitivity_at(const FrocCurve& curve, double false_marks_per_film) {
  double best = 0;
  for (std::size_t i = 0; i < curve.sensitivity.size(); ++i) {
    if (curve.false_marks_per_film[i] <= false_marks_per_film) best = std::max(best, curve.sensitivity[i]);
  }
  return best;
}

} // namespace mammo::eval
