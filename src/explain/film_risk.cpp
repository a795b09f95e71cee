#include "mammo/explain/film_risk.hpp"

#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"

namespace mammo::explain {
namespace {

double risk_of(const Tensor& class_scores) {
  require<ShapeError>(class_scores.defined() && class_scores.shape() == Shape({1, 2}),
                      "risk from class scores ", class_scores.defined() ? class_scores.shape() : Shape(),
                      ", expected [1, 2]");
  return models::image_risks(detach(class_scores)).to(DType::f64).item<double>();
}

} // namespace

Attended attended(const RiskNetwork& network, const Tensor& picture) {
  require<ShapeError>(picture.defined() && picture.rank() == 4 && picture.size(1) == 1,
                      "centre of attention of a picture ", picture.defined() ? picture.shape() : Shape(),
                      ", expected [1, 1, H, W]");
  Attended result;
  const auto loss = [&](const Tensor& x) {
    const Tensor scores = network(x);
    result.risk = risk_of(scores);
    const std::int64_t less_likely = result.risk > 0 ? 0 : 1;
    return cross_entropy_loss(scores, Tensor::from({less_likely}, {1}));
  };
  result.centre = centroid_of_largest(input_gradient(loss, picture), attention_fraction);
  return result;
}

FilmRisk film_risk(const RiskNetwork& holistic, const RiskNetwork& attention, const Tensor& film,
                   std::int64_t side) {
  const models::HolisticInput whole = models::holistic_input(film, side);
  const Attended seen = attended(holistic, whole.picture);
  FilmRisk result{.holistic = seen.risk, .centre = whole.to_input.inverse().apply(seen.centre), .region = {}};
  result.region = window_around(result.centre, side, film.size(0), film.size(1));
  const NoGrad off;
  result.attention = risk_of(attention(models::attention_input(film, result.region)));
  result.ensemble = models::ensemble_risk(result.holistic, result.attention);
  return result;
}

} // namespace mammo::explain
