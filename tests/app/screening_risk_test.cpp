// Seed 001's procedure on synthetic exams, with networks whose weights mean nothing: what is tested is the
// way from films to an exam's number.
#include "mammo/core/random.hpp"
#include "mammo/data/phantom.hpp"
#include "mammo/explain/film_risk.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

constexpr std::int64_t side = 96;

// f32 in 0 .. 1.
Tensor film_of(const data::PhantomFilm& phantom) {
  return multiply(phantom.pixels.to(DType::f32), Tensor::full({1}, 1.0 / ((1 << phantom.bits) - 1)));
}

struct Small : models::ResNet {
  explicit Small(std::uint64_t seed)
      : ResNet({.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 2}) {
    Generator generator(seed);
    initialize(*this, generator);
  }
};

explain::RiskNetwork network_of(const models::ResNet& net) {
  return [&net](const Tensor& x) { return net.forward(x); };
}

// Class scores (0, mean of the squared pixels where the mask is set): a network that knows where to look.
explain::RiskNetwork knowing(const Tensor& mask) {
  return [mask](const Tensor& x) {
    const Tensor positive = reshape(mean(multiply(multiply(x, x), mask)), {1, 1});
    return concatenate(std::array{Tensor::zeros({1, 1}), positive}, 1);
  };
}

} // namespace

TEST_CASE("A network that looks at a phantom's mass makes the region show it in full resolution") {
  int shown = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    INFO(seed);
    const auto phantom =
        data::make_phantom_film({.seed = seed, .lesions = 1, .height = 480, .width = 280},
                                seed % 2 == 0 ? data::Laterality::left : data::Laterality::right,
                                seed % 3 == 0 ? data::Projection::mlo : data::Projection::cc);
    const Tensor film = film_of(phantom);
    const Box mass = phantom.masses.at(0).box;
    const auto seen = models::holistic_input(film, side);
    const Point middle = seen.to_input.apply(phantom.masses[0].center);
    if (middle.y < 4 || middle.y > side - 4) continue; // the crop has lost it
    const Tensor mask = models::holistic_input(phantom.masses[0].mask.to(DType::f32), side).picture;
    const auto risk = explain::film_risk(
        knowing(mask),
        [](const Tensor& x) {
          return concatenate(std::array{Tensor::zeros({1, 1}), reshape(max(x), {1, 1})}, 1);
        },
        film, side);
    // The largest of its pixels may lie to one side of the mass, but not beyond it.
    CHECK(std::abs(risk.centre.x - phantom.masses[0].center.x) <= mass.width / 2 + 280.0 / side);
    CHECK(std::abs(risk.centre.y - phantom.masses[0].center.y) <= mass.height / 2 + 280.0 / side);
    CHECK(intersection(risk.region, mass).area() > 0);
    CHECK(risk.region.width == side);
    CHECK(clip(risk.region, 280, 480) == risk.region);
    CHECK(risk.attention > 0);
    ++shown;
  }
  CHECK(shown >= 4);
}

TEST_CASE("A phantom exam gets a number from networks drawn at random, the same every time") {
  const auto exam = data::make_phantom_exam({.seed = 3, .height = 240, .width = 180});
  const Small holistic(1);
  const Small attention(2);
  const auto risk_of = [&](std::size_t i) { // L CC, R CC, L MLO, R MLO
    return explain::film_risk(network_of(holistic), network_of(attention), film_of(exam.films[i]), side);
  };
  std::array<explain::FilmRisk, 4> films;
  for (std::size_t i = 0; i < films.size(); ++i) {
    films[i] = risk_of(i);
    INFO(i);
    CHECK(std::isfinite(films[i].ensemble));
    CHECK(clip(films[i].region, 180, 240) == films[i].region);
    CHECK(films[i].ensemble == (films[i].holistic + films[i].attention) / 2);
    CHECK(films[i].holistic != films[i].attention);
  }
  const double exam_risk = models::exam_score(models::breast_scores({.left_cc = films[0].ensemble,
                                                                     .left_mlo = films[2].ensemble,
                                                                     .right_cc = films[1].ensemble,
                                                                     .right_mlo = films[3].ensemble}));
  CHECK(exam_risk == std::max(films[0].ensemble + films[2].ensemble, films[1].ensemble + films[3].ensemble));
  const explain::FilmRisk again = risk_of(0);
  CHECK(again.ensemble == films[0].ensemble);
  CHECK(again.region == films[0].region);
}

TEST_CASE("The seed's own networks take a film of a phantom at full size", "[slow]") {
  const auto phantom = data::make_phantom_film({.seed = 1}, data::Laterality::left, data::Projection::mlo);
  models::ResNet holistic(models::risk_resnet101());
  Generator generator(1);
  initialize(holistic, generator);
  const auto attention = nn::clone(holistic); // as training would begin
  const auto risk = explain::film_risk(network_of(holistic), network_of(*attention), film_of(phantom));
  CHECK(std::isfinite(risk.ensemble));
  CHECK(risk.region.width == 976);
  CHECK(risk.region.height == 976);
  CHECK(clip(risk.region, 1152, 1536) == risk.region);
}
