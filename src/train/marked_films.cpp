#include "mammo/train/marked_films.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"

#include <cstdint>
#include <map>
#include <mutex>
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
  const auto marks_on = [&](const data::AnnotatedFilm& film) {
    const auto found = of_film.find(film.id);
    return found == of_film.end() ? std::vector<Mark>{} : found->second;
  };
  std::vector<MarkedFilm> read(films.size());
  std::mutex counting;
  std::size_t ready = 0;
  std::size_t marked = 0;
  parallel_for(0, static_cast<std::int64_t>(films.size()), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      read[i] = marked_film(films[i], marks_on(films[i]), config);
      const std::lock_guard lock(counting);
      marked += read[i].marks.size();
      if (done) done(++ready);
    }
  });
  require<ArgumentError>(films.empty() || marked > 0, "no mark is on any of ", films.size(), " films");
  films_ = std::make_shared<const std::vector<MarkedFilm>>(std::move(read));
}

} // namespace mammo::train
