#include "app/phantom_names.hpp"
#include "app/rounded.hpp"
#include "mammo/app/phantom_files.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(Point point) {
  return {rounded(point.x), rounded(point.y)};
}

Json to_json(const Box& box) {
  return {box.x, box.y, box.width, box.height};
}

Json to_json(const std::vector<Point>& line) {
  Json points = Json::array();
  for (const Point& point : line) points.push_back(to_json(point));
  return points;
}

Json to_json(const data::PhantomMass& mass, const std::string& mask) {
  return {{"lesion", mass.lesion},
          {"shape", name_of(mass.shape)},
          {"malignant", mass.malignant},
          {"center", to_json(mass.center)},
          {"diameter_mm", rounded(mass.diameter_mm)},
          {"distance_from_nipple_mm", rounded(mass.distance_from_nipple_mm)},
          {"box", to_json(mass.box)},
          {"outline", to_json(mass.outline)},
          {"mask", mask}};
}

Json to_json(const data::PhantomCalcification& calcification) {
  return {{"center", to_json(calcification.center)},
          {"radius", rounded(calcification.radius)},
          {"lesion", calcification.lesion == 0 ? Json(nullptr) : Json(calcification.lesion)}};
}

Json to_json(const data::PhantomFilm& film) {
  Json masses = Json::array();
  for (const data::PhantomMass& mass : film.masses) {
    masses.push_back(to_json(mass, mask_name(film, mass_part(mass))));
  }
  Json calcifications = Json::array();
  for (const data::PhantomCalcification& one : film.calcifications) calcifications.push_back(to_json(one));
  const bool has_muscle = !film.pectoral_outline.empty();
  return {{"file", film_name(film)},
          {"laterality", name_of(film.laterality)},
          {"view", name_of(film.projection)},
          {"height", film.pixels.size(0)},
          {"width", film.pixels.size(1)},
          {"bits", film.bits},
          {"pixel_spacing_mm", film.spacing_mm},
          {"dense_fraction", rounded(film.dense_fraction, 1e4)},
          {"breast", {{"outline", to_json(film.breast_outline)}, {"mask", mask_name(film, "breast")}}},
          {"nipple", to_json(film.nipple)},
          {"pectoral_muscle", has_muscle ? Json{{"outline", to_json(film.pectoral_outline)},
                                                {"mask", mask_name(film, "pectoral_muscle")}}
                                         : Json(nullptr)},
          {"parenchyma",
           {{"mask", mask_name(film, "parenchyma")}, {"glandularity", mask_name(film, "glandularity")}}},
          {"masses", masses},
          {"calcifications", calcifications},
          {"label", {{"text", film.label}, {"box", to_json(film.label_box)}}}};
}

} // namespace

std::string phantom_truth_json(const data::PhantomExam& exam, const data::PhantomOptions& options) {
  Json films = Json::array();
  for (const data::PhantomFilm& film : exam.films) films.push_back(to_json(film));
  const Json truth = {
      {"schema", phantom_schema},   {"mammo_version", MAMMO_VERSION},   {"seed", options.seed},
      {"lesions", options.lesions}, {"density", exam.films[0].density}, {"films", films}};
  return truth.dump() + "\n";
}

} // namespace mammo::app
