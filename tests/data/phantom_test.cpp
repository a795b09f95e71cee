#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/phantom.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;

namespace {

// Small enough for hundreds, large enough for every structure.
PhantomOptions small(std::uint64_t seed, int lesions) {
  return {.seed = seed, .lesions = lesions, .height = 256, .width = 160};
}

std::vector<std::uint16_t> pixels(const PhantomFilm& film) {
  const auto values = film.pixels.data<std::uint16_t>();
  return {values.begin(), values.end()};
}

bool at(const Tensor& mask, std::int64_t y, std::int64_t x) {
  return mask.data<std::uint8_t>()[static_cast<std::size_t>(y * mask.size(1) + x)] != 0;
}

std::int64_t area(const Tensor& mask) {
  const auto values = mask.data<std::uint8_t>();
  return std::count(values.begin(), values.end(), std::uint8_t{1});
}

// Counted pixel by pixel, unlike the code under test.
Box extent(const Tensor& mask) {
  std::vector<std::int64_t> xs;
  std::vector<std::int64_t> ys;
  for (std::int64_t y = 0; y < mask.size(0); ++y) {
    for (std::int64_t x = 0; x < mask.size(1); ++x) {
      if (!at(mask, y, x)) continue;
      xs.push_back(x);
      ys.push_back(y);
    }
  }
  REQUIRE_FALSE(xs.empty());
  const auto [left, right] = std::minmax_element(xs.begin(), xs.end());
  return {static_cast<double>(*left), static_cast<double>(ys.front()),
          static_cast<double>(*right - *left + 1), static_cast<double>(ys.back() - ys.front() + 1)};
}

std::int64_t shared_pixels(const Tensor& a, const Tensor& b) {
  const auto first = a.data<std::uint8_t>();
  const auto second = b.data<std::uint8_t>();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < first.size(); ++i) count += first[i] != 0 && second[i] != 0 ? 1 : 0;
  return count;
}

// Pixels of a mass outside of the breast.
std::int64_t outside_breast(const PhantomMass& mass, const PhantomFilm& film) {
  return area(mass.mask) - shared_pixels(mass.mask, film.breast);
}

// Area by the shoelace formula.
double area(const std::vector<Point>& polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point a = polygon[i];
    const Point b = polygon[(i + 1) % polygon.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

double mean_where(const PhantomFilm& film, const Tensor& mask) {
  const auto values = film.pixels.data<std::uint16_t>();
  const auto inside = mask.data<std::uint8_t>();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += inside[i] != 0 ? values[i] : 0;
  return sum / static_cast<double>(area(mask));
}

// FNV-1a over the pixels, low byte first.
std::uint64_t hash(const PhantomFilm& film) {
  std::uint64_t state = 14695981039346656037ULL;
  for (const std::uint16_t value : film.pixels.data<std::uint16_t>()) {
    for (const unsigned byte : {value & 0xffU, std::uint32_t{value} >> 8})
      state = (state ^ byte) * 1099511628211ULL;
  }
  return state;
}

} // namespace

TEST_CASE("The same seed draws the same exam, whatever the number of threads") {
  const PhantomExam a = make_phantom_exam(small(7, 3));
  const int budget = thread_budget();
  set_thread_budget(1);
  const PhantomExam b = make_phantom_exam(small(7, 3));
  set_thread_budget(budget);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK((pixels(a.films[i]) == pixels(b.films[i])));
    CHECK(a.films[i].masses.size() == b.films[i].masses.size());
  }
}

TEST_CASE("Another seed draws another exam, and no two films of an exam are alike") {
  const PhantomExam a = make_phantom_exam(small(1, 2));
  const PhantomExam b = make_phantom_exam(small(2, 2));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK((pixels(a.films[i]) != pixels(b.films[i])));
    for (std::size_t k = i + 1; k < 4; ++k) CHECK((pixels(a.films[i]) != pixels(a.films[k])));
  }
}

TEST_CASE("The bits of a film are the same in every build and on every processor") {
  // Recorded here: any build on any x86-64 machine must give it. A change of the drawing changes it.
  const PhantomFilm film = make_phantom_film(small(1, 4), Laterality::left, Projection::mlo);
  CHECK(hash(film) == 0x86c2d72c73ff56eeULL);
}

TEST_CASE("The films are named, hung and measured as asked") {
  const PhantomExam exam =
      make_phantom_exam({.seed = 3, .height = 128, .width = 96, .film_height_mm = 192, .bits = 14});
  const std::vector<std::string> labels = {"L CC", "R CC", "L MLO", "R MLO"};
  for (std::size_t i = 0; i < 4; ++i) {
    const PhantomFilm& film = exam.films[i];
    CHECK(film.label == labels[i]);
    CHECK(film.pixels.shape() == Shape{128, 96});
    CHECK(film.pixels.dtype() == DType::u16);
    CHECK(film.spacing_mm == 1.5);
    CHECK(film.bits == 14);
    const auto values = film.pixels.data<std::uint16_t>();
    const std::uint16_t largest = *std::max_element(values.begin(), values.end());
    CHECK(largest > 4095);
    CHECK(largest < 16384);
    // Left breasts face right.
    const Box breast = extent(film.breast);
    CHECK((film.laterality == Laterality::left ? breast.x == 0 : breast.right() == 96));
    CHECK((film.laterality == Laterality::left ? film.nipple.x > 48 - 16 : film.nipple.x < 48 + 16));
  }
}

TEST_CASE("Masses lie inside the breast, apart, and their boxes are the extents of their masks") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    const PhantomExam exam = make_phantom_exam(small(seed, static_cast<int>(seed)));
    for (const PhantomFilm& film : exam.films) {
      for (std::size_t i = 0; i < film.masses.size(); ++i) {
        const PhantomMass& mass = film.masses[i];
        CHECK(mass.box == extent(mass.mask));
        CHECK(mass.malignant == (mass.shape == MassShape::spiculated));
        CHECK(outside_breast(mass, film) == 0);
        // The polygon and the mask are one thing: a pixel's width of the border is all that can differ.
        const double border = 2 * (mass.box.width + mass.box.height);
        CHECK(std::abs(area(mass.outline) - static_cast<double>(area(mass.mask))) <= border / 2);
        for (std::size_t k = i + 1; k < film.masses.size(); ++k) {
          CHECK(shared_pixels(mass.mask, film.masses[k].mask) == 0);
        }
      }
    }
  }
}

TEST_CASE("A mass is in both views of its breast, as far from the nipple") {
  const PhantomExam exam = make_phantom_exam(small(11, 8));
  int seen = 0;
  for (const std::size_t side : {0U, 1U}) {
    const PhantomFilm& cc = exam.films[side];
    const PhantomFilm& mlo = exam.films[side + 2];
    REQUIRE(cc.masses.size() == mlo.masses.size());
    for (std::size_t i = 0; i < cc.masses.size(); ++i) {
      const PhantomMass& a = cc.masses[i];
      const PhantomMass& b = mlo.masses[i];
      CHECK(a.lesion == b.lesion);
      CHECK(a.shape == b.shape);
      CHECK(a.diameter_mm == b.diameter_mm);
      CHECK(a.distance_from_nipple_mm == Approx(b.distance_from_nipple_mm).epsilon(1e-9));
      for (const auto& [mass, film] : {std::pair{&a, &cc}, std::pair{&b, &mlo}}) {
        const double pixels_away =
            std::hypot(mass->center.x - film->nipple.x, mass->center.y - film->nipple.y);
        CHECK(pixels_away * film->spacing_mm == Approx(mass->distance_from_nipple_mm));
        CHECK(intersection(mass->box, {mass->center.x, mass->center.y, 0.01, 0.01}).area() > 0);
      }
      ++seen;
    }
  }
  CHECK(seen == 8);
}

TEST_CASE("The muscle is on oblique films only, and brighter than the fat before it") {
  const PhantomExam exam =
      make_phantom_exam({.seed = 4, .lesions = 0, .height = 256, .width = 192, .density = 1});
  for (const PhantomFilm& film : exam.films) {
    const bool oblique = film.projection == Projection::mlo;
    CHECK(film.pectoral_outline.empty() == !oblique);
    CHECK((area(film.pectoral) > 0) == oblique);
    CHECK(film.masses.empty());
    CHECK(area(film.parenchyma) > 0);
    CHECK(shared_pixels(film.parenchyma, film.pectoral) == 0);
    if (!oblique) continue;
    CHECK(shared_pixels(film.pectoral, film.breast) == area(film.pectoral));
    CHECK(mean_where(film, film.pectoral) > 1.2 * mean_where(film, film.breast));
  }
}

TEST_CASE("The label lies on air, inside the film") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const PhantomFilm& film : make_phantom_exam(small(seed, 0)).films) {
      CAPTURE(seed, film.label);
      const Box box = film.label_box;
      CHECK(box == clip(box, 160, 256));
      REQUIRE(box.area() > 0);
      int on_breast = 0;
      std::uint16_t brightest = 0;
      for (auto y = static_cast<std::int64_t>(box.y); y < static_cast<std::int64_t>(box.bottom()); ++y) {
        for (auto x = static_cast<std::int64_t>(box.x); x < static_cast<std::int64_t>(box.right()); ++x) {
          on_breast += at(film.breast, y, x) ? 1 : 0;
          brightest =
              std::max(brightest, film.pixels.data<std::uint16_t>()[static_cast<std::size_t>(y * 160 + x)]);
        }
      }
      CHECK(on_breast == 0);
      CHECK(brightest > 3000);
    }
  }
}

TEST_CASE("Air is black, and glandular tissue is brighter than fat") {
  const PhantomFilm film = make_phantom_film({.seed = 9, .lesions = 2, .height = 512, .width = 384},
                                             Laterality::right, Projection::cc);
  const auto values = film.pixels.data<std::uint16_t>();
  const auto glandularity = film.glandularity.data<float>();
  int bright_air = 0;
  double fat = 0, gland = 0, fat_count = 0, gland_count = 0;
  for (std::int64_t y = 0; y < 512; ++y) {
    for (std::int64_t x = 0; x < 384; ++x) {
      const auto i = static_cast<std::size_t>(y * 384 + x);
      const bool on_label =
          intersection(film.label_box, {static_cast<double>(x), static_cast<double>(y), 1, 1}).area() > 0;
      if (!at(film.breast, y, x)) {
        bright_air += !on_label && values[i] != 0 ? 1 : 0;
        continue;
      }
      const auto share = static_cast<double>(glandularity[i]);
      fat += share < 0.1 ? values[i] : 0;
      fat_count += share < 0.1 ? 1 : 0;
      gland += share > 0.6 ? values[i] : 0;
      gland_count += share > 0.6 ? 1 : 0;
    }
  }
  CHECK(bright_air == 0);
  REQUIRE(fat_count > 0);
  REQUIRE(gland_count > 0);
  CHECK(gland / gland_count > 1.3 * fat / fat_count);
}

TEST_CASE("A mass is brighter than what would be there without it, and changes nothing far from it") {
  const PhantomFilm with = make_phantom_film(small(21, 1), Laterality::left, Projection::cc);
  const PhantomFilm without = make_phantom_film(small(21, 0), Laterality::left, Projection::cc);
  REQUIRE(with.masses.size() == 1);
  const PhantomMass& mass = with.masses[0];
  CHECK(mean_where(with, mass.mask) > mean_where(without, mass.mask) + 300);
  const auto a = with.pixels.data<std::uint16_t>();
  const auto b = without.pixels.data<std::uint16_t>();
  const double reach = 3 * mass.diameter_mm / with.spacing_mm;
  int beyond = 0;
  for (std::int64_t y = 0; y < 256; ++y) {
    for (std::int64_t x = 0; x < 160; ++x) {
      const double away =
          std::hypot(static_cast<double>(x) - mass.center.x, static_cast<double>(y) - mass.center.y);
      const auto i = static_cast<std::size_t>(y * 160 + x);
      beyond += away > reach && a[i] != b[i] ? 1 : 0;
    }
  }
  CHECK(beyond == 0);
}

TEST_CASE("Calcifications are in the breast, and those of a cluster near their mass") {
  int clustered = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const PhantomFilm film = make_phantom_film(small(seed, 4), Laterality::left, Projection::mlo);
    CHECK(film.masses.size() == 4);
    std::map<int, const PhantomMass*> masses;
    for (const PhantomMass& mass : film.masses) masses[mass.lesion] = &mass;
    for (const PhantomCalcification& one : film.calcifications) {
      CHECK(
          at(film.breast, static_cast<std::int64_t>(one.center.y), static_cast<std::int64_t>(one.center.x)));
      CHECK(one.radius > 0);
      if (one.lesion == 0) continue;
      ++clustered;
      REQUIRE(masses.contains(one.lesion));
      const Point center = masses[one.lesion]->center;
      CHECK(std::hypot(one.center.x - center.x, one.center.y - center.y) * film.spacing_mm <= 6.001);
    }
  }
  CHECK(clustered > 0);
}

TEST_CASE("A denser category has more parenchyma") {
  double before = 0;
  for (int density = 1; density <= 4; ++density) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      PhantomOptions options = small(seed, 0);
      options.density = density;
      const PhantomFilm film = make_phantom_film(options, Laterality::left, Projection::cc);
      CHECK(film.density == density);
      CHECK(film.dense_fraction ==
            Approx(static_cast<double>(area(film.parenchyma)) / static_cast<double>(area(film.breast))));
      sum += film.dense_fraction;
    }
    CHECK(sum > before + 0.3);
    before = sum;
  }
}

TEST_CASE("The most lesions fit into one breast and are still to be seen") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    CAPTURE(seed);
    const PhantomFilm film =
        make_phantom_film({.seed = seed, .lesions = most_phantom_lesions, .height = 128, .width = 64},
                          Laterality::right, Projection::mlo);
    REQUIRE(film.masses.size() == static_cast<std::size_t>(most_phantom_lesions));
    for (const PhantomMass& mass : film.masses) CHECK(area(mass.mask) > 0);
  }
}

TEST_CASE("Options out of range are refused with the value and what was expected") {
  const auto refused = [](PhantomOptions options, const std::string& message) {
    CHECK_THROWS_MATCHES(make_phantom_exam(options), ArgumentError, Catch::Message(message));
  };
  refused({.lesions = -1}, "phantom of -1 lesions, expected 0 to 16");
  refused({.lesions = 17}, "phantom of 17 lesions, expected 0 to 16");
  refused({.height = 95, .width = 80}, "phantom of height 95, expected 96 to 8192 pixels");
  refused({.height = 200, .width = 99},
          "phantom of width 99 and height 200, expected a width of half the height to the height");
  refused({.height = 200, .width = 201},
          "phantom of width 201 and height 200, expected a width of half the height to the height");
  refused({.film_height_mm = 100}, "phantom of 100 mm height, expected 120 to 400");
  refused({.film_height_mm = std::nan("")}, "phantom of nan mm height, expected 120 to 400");
  refused({.bits = 16}, "phantom of 16 bits, expected 12 or 14");
  refused({.density = 5}, "phantom of density 5, expected 1 to 4, or 0 to draw it");
}
