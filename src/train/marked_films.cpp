#include "mammo/train/marked_films.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "train/in_parallel.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace mammo::train {
namespace {

using MarksOfFilm = std::map<std::int64_t, std::vector<Mark>>; // by the film's id

MarksOfFilm by_film(std::span<const data::CocoResult> marks) {
  MarksOfFilm of_film;
  for (const data::CocoResult& mark : marks) {
    if (mark.box.area() > 0) of_film[mark.image_id].push_back({.box = mark.box, .score = mark.score});
  }
  return of_film;
}

MarkedFilm::Judged judged(const Mark& mark, const std::vector<Box>& lesions) {
  MarkedFilm::Judged result{mark};
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    const double overlap = iou(mark.box, lesions[i]);
    if (overlap <= result.overlap) continue;
    result.overlap = overlap;
    result.lesion = i;
  }
  return result;
}

MarkedFilm marked_film(const data::AnnotatedFilm& film, const std::vector<Mark>& marks,
                       const models::LesionInputConfig& config) {
  const image::Film read = image::read_film(film.path);
  const AffineTransform to_picture =
      AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                               static_cast<double>(read.height()) / static_cast<double>(film.height));
  MarkedFilm result;
  result.film = lesion_film(image::render_grey8(read).pixels, film.aspect(), config);
  for (const data::AnnotatedLesion& lesion : film.lesions) {
    if (!lesion.crowd && lesion.box.area() > 0) result.lesions.push_back(to_picture.apply(lesion.box));
  }
  for (const Mark& mark : marks) {
    result.marks.push_back(judged({.box = to_picture.apply(mark.box), .score = mark.score}, result.lesions));
  }
  return result;
}

} // namespace

MarkedFilms::MarkedFilms(std::span<const data::AnnotatedFilm> films, std::span<const data::CocoResult> marks,
                         const models::LesionInputConfig& config,
                         const std::function<void(std::size_t done)>& done) {
  const MarksOfFilm of_film = by_film(marks);
  const auto marked = [&](const data::AnnotatedFilm& film) {
    const auto found = of_film.find(film.id);
    return marked_film(film, found == of_film.end() ? std::vector<Mark>{} : found->second, config);
  };
  films_ = std::make_shared<const std::vector<MarkedFilm>>(in_parallel(films, marked, done));
  const bool none = std::ranges::all_of(*films_, [](const MarkedFilm& film) { return film.marks.empty(); });
  require<ArgumentError>(films.empty() || !none, "no mark is on any of ", films.size(), " films");
}

} // namespace mammo::train
