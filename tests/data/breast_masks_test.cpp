// How well the breast's mask and the pectoral muscle agree with the readers of DDSM's tissue maps.

#include "mammo/data/ddsm_tissue.hpp"
#include "mammo/image/breast_mask.hpp"
#include "mammo/image/pectoral_muscle.hpp"
#include "mammo/image/read.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;

namespace {

struct Agreement {
  std::string film;
  double iou = 0;
};

// Of the pixels for which `wanted` holds in the map with those of a mask.
template <class Wanted>
double iou(const Tensor& map, const Tensor& mask, const Wanted& wanted) {
  const auto truth = map.data<std::uint8_t>();
  const auto found = mask.data<std::uint8_t>();
  double both = 0;
  double either = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool a = wanted(static_cast<Tissue>(truth[i]));
    const bool b = found[i] != 0;
    both += a && b ? 1 : 0;
    either += a || b ? 1 : 0;
  }
  return either > 0 ? both / either : 1;
}

double mean(const std::vector<Agreement>& films) {
  double sum = 0;
  for (const Agreement& film : films) sum += film.iou;
  return sum / static_cast<double>(films.size());
}

void print(const char* what, std::vector<Agreement> films) {
  std::ranges::sort(films, {}, &Agreement::iou);
  std::printf("%s: %zu films, mean IoU %.4f, worst %.4f (%s), %.4f (%s), %.4f (%s)\n", what, films.size(),
              mean(films), films[0].iou, films[0].film.c_str(), films[1].iou, films[1].film.c_str(),
              films[2].iou, films[2].film.c_str());
  if (std::getenv("MAMMO_TEST_VERBOSE") == nullptr) return;
  for (const Agreement& film : films) std::printf("  %.4f %s\n", film.iou, film.film.c_str());
}

} // namespace

TEST_CASE("Breasts and muscles on DDSM's films are found as its readers drew them", "[slow]") {
  const std::vector<TissueFilm> films = list_ddsm_tissue(test::shared("data/ddsm-tissue"));
  REQUIRE(films.size() == 50);
  std::vector<Agreement> odd; // two halves, to see how much a mean over 25 films moves
  std::vector<Agreement> even;
  std::vector<Agreement> skins;
  std::vector<Agreement> muscles;
  for (std::size_t i = 0; i < films.size(); ++i) {
    const TissueFilm& film = films[i];
    const image::Film picture = image::read_film(film.film);
    const Tensor map = read_tissue_map(film.labels);
    const image::BreastMask breast = image::find_breast_mask(picture.stored, picture.bits);
    const image::PectoralMuscle muscle =
        image::find_pectoral_muscle(picture.stored, picture.bits, breast.mask);
    CAPTURE(film.name);
    CHECK(breast.found);
    const image::BreastMask skin =
        image::find_breast_mask(picture.stored, picture.bits, {.edge = image::BreastEdge::skin});
    const auto is_breast = [](Tissue tissue) { return tissue != Tissue::background; };
    skins.push_back({film.name, iou(map, skin.mask, is_breast)});
    const double in_breast =
        iou(map, breast.mask, [](Tissue tissue) { return tissue != Tissue::background; });
    (i % 2 == 0 ? odd : even).push_back({film.name, in_breast});
    muscles.push_back(
        {film.name, iou(map, muscle.mask, [](Tissue tissue) { return tissue == Tissue::pectoral_muscle; })});
  }
  print("breast, films 1, 3, ..., 49", odd);
  print("breast, films 2, 4, ..., 50", even);
  print("breast to the skin, all films", skins);
  print("pectoral muscle", muscles);
  CHECK((mean(odd) + mean(even)) / 2 > 0.96);
  CHECK(mean(muscles) > 0.9);
}
