#include "mammo/app/pathology_evaluation.hpp"

#include "app/malignancy.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace mammo::app {
namespace {

using Marks = std::map<std::int64_t, std::vector<const data::CocoResult*>>;

Marks by_film(std::span<const data::CocoResult> results) {
  Marks marks;
  for (const data::CocoResult& result : results) marks[result.image_id].push_back(&result);
  return marks;
}

/// The best mark on a lesion; null where none overlaps it enough.
const data::CocoResult* mark_on(const Box& lesion, const std::vector<const data::CocoResult*>& marks) {
  constexpr double least_iou = 0.5;
  const data::CocoResult* best = nullptr;
  for (const data::CocoResult* mark : marks) {
    if (iou(mark->box, lesion) < least_iou) continue;
    if (best == nullptr || mark->score > best->score) best = mark;
  }
  return best;
}

/// Mean grey level in a box, in pixels of the film; of at least one pixel.
double mean_grey(const train::LesionFilm& film, const Box& box) {
  const auto pixel = [](double x, std::int64_t size) {
    return std::clamp<std::int64_t>(std::llrint(x), 0, size);
  };
  const std::int64_t left = std::min(pixel(box.x, film.grey.size(1)), film.grey.size(1) - 1);
  const std::int64_t top = std::min(pixel(box.y, film.grey.size(0)), film.grey.size(0) - 1);
  const std::int64_t right = std::max(pixel(box.right(), film.grey.size(1)), left + 1);
  const std::int64_t bottom = std::max(pixel(box.bottom(), film.grey.size(0)), top + 1);
  const Tensor part = film.grey.slice(0, top, bottom).slice(1, left, right).contiguous();
  double sum = 0;
  for (const std::uint8_t value : part.data<std::uint8_t>()) sum += std::min(255.0, value * film.gain);
  return sum / static_cast<double>(part.numel());
}

bool is_of_use(const data::AnnotatedLesion& lesion) {
  return lesion.pathology && !lesion.crowd && lesion.box.area() > 0;
}

/// What there is to say of a film's lesions.
class FilmScorer {
 public:
  FilmScorer(const data::AnnotatedFilm& film, const models::LesionInputConfig& input) : film_(film) {
    const image::Film read = image::read_film(film.path);
    lesions_ = train::lesion_film(image::render_grey8(read).pixels, film.aspect(), input);
    to_picture_ =
        AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                                 static_cast<double>(read.height()) / static_cast<double>(film.height));
  }

  ScoredLesion described(const data::AnnotatedLesion& lesion) const {
    const Box box = to_picture_.apply(lesion.box);
    const double side = (box.width * lesions_.pixel_aspect + box.height) / 2;
    return {.image_id = film_.id,
            .annotation_id = lesion.id,
            .category = lesion.category,
            .box = lesion.box,
            .film = film_.name,
            .patient = film_.patient,
            .lesion = lesion.lesion,
            .malignant = lesion.pathology == data::Pathology::malignant,
            .log_size = std::log(side / static_cast<double>(lesions_.grey.size(0))),
            .intensity = mean_grey(lesions_, box)};
  }

  std::vector<double> logits(const models::PathologyModel& model, std::vector<Box> boxes) const {
    for (Box& box : boxes) box = to_picture_.apply(box);
    return malignancy_logits(model, lesions_, boxes);
  }

 private:
  const data::AnnotatedFilm& film_;
  train::LesionFilm lesions_;
  AffineTransform to_picture_;
};

void score(std::vector<ScoredLesion>& lesions, const models::PathologyModel& model, const FilmScorer& film,
           const std::vector<const data::CocoResult*>& marks) {
  std::vector<Box> boxes;
  std::vector<const data::CocoResult*> found;
  for (const ScoredLesion& lesion : lesions) boxes.push_back(lesion.box);
  for (const ScoredLesion& lesion : lesions) {
    found.push_back(mark_on(lesion.box, marks));
    if (found.back() != nullptr) boxes.push_back(found.back()->box);
  }
  const std::vector<double> logits = film.logits(model, boxes);
  std::size_t next = lesions.size();
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    lesions[i].logit = logits[i];
    if (found[i] == nullptr) continue;
    lesions[i].found = {.detection_score = found[i]->score,
                        .iou = iou(found[i]->box, lesions[i].box),
                        .logit = logits[next++]};
  }
}

} // namespace

std::vector<ScoredLesion> score_lesions(const models::LesionInputConfig& input,
                                        const models::PathologyModel* model, const data::DetectionSet& set,
                                        std::span<const data::CocoResult> marks, const FilmCalls& calls) {
  const std::int64_t category = mass_category(set);
  Marks marks_of = by_film(marks);
  std::vector<ScoredLesion> all;
  for (const data::AnnotatedFilm& film : set.films) {
    if (calls.stop && calls.stop()) break;
    const auto is_wanted = [&](const data::AnnotatedLesion& lesion) {
      return lesion.category == category && is_of_use(lesion);
    };
    if (std::ranges::none_of(film.lesions, is_wanted)) continue;
    if (calls.started) calls.started(film);
    const FilmScorer scorer(film, input);
    std::vector<ScoredLesion> lesions;
    for (const data::AnnotatedLesion& lesion : film.lesions) {
      if (is_wanted(lesion)) lesions.push_back(scorer.described(lesion));
    }
    if (model != nullptr) score(lesions, *model, scorer, marks_of[film.id]);
    all.insert(all.end(), lesions.begin(), lesions.end());
    if (calls.ended) calls.ended();
  }
  return all;
}

eval::LogisticModel fit_baseline(std::span<const ScoredLesion> lesions) {
  std::vector<eval::LabelledRow> rows;
  for (const ScoredLesion& lesion : lesions) {
    rows.push_back({.features = {lesion.log_size, lesion.intensity}, .positive = lesion.malignant});
  }
  return eval::fit_logistic(rows);
}

} // namespace mammo::app
