#include "mammo/train/tissue_loss.hpp"

#include "mammo/eval/correlation.hpp"
#include "mammo/eval/overlap.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/views.hpp"
#include "mammo/train/detector_films.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace mammo::train {
namespace {

constexpr auto fibroglandular = static_cast<std::int64_t>(data::Tissue::fibroglandular);

/// u8 [H, W]: 1 where the map is of the tissue.
Tensor mask_of(const Tensor& map, std::uint8_t tissue) {
  Tensor mask = Tensor::empty(map.shape(), {.dtype = DType::u8});
  std::ranges::transform(
      map.data<std::uint8_t>(), mask.mutable_data<std::uint8_t>().begin(),
      [=](std::uint8_t value) { return static_cast<std::uint8_t>(value == tissue ? 1 : 0); });
  return mask;
}

/// Probabilities [4, H, W] in which a map of tissues is certain.
Tensor certain(const Tensor& map) {
  Tensor probabilities = Tensor::zeros({models::tissue_classes, map.size(0), map.size(1)});
  const auto tissue = map.data<std::uint8_t>();
  const auto to = probabilities.mutable_data<float>();
  for (std::size_t i = 0; i < tissue.size(); ++i) to[tissue[i] * tissue.size() + i] = 1;
  return probabilities;
}

} // namespace

TissueLoss tissue_loss(const Tensor& logits, const Tensor& maps, const TissueLossConfig& config) {
  const Tensor tissue = maps.reshape({maps.size(0), maps.size(2), maps.size(3)});
  const Tensor entropy =
      cross_entropy_loss(logits, tissue.to(DType::i64), {.label_smoothing = config.label_smoothing});
  const Tensor dense = mask_of(maps, fibroglandular).to(DType::f32);
  const Tensor found = slice(softmax(logits, 1), 1, fibroglandular, fibroglandular + 1);
  const Tensor dice = dice_loss(found, dense);
  return {.total = add(entropy, multiply(dice, Tensor::full({1}, config.dice_weight))),
          .entropy = entropy.item<float>(),
          .dice = dice.item<float>()};
}

TissueMeasure measure_density(const models::ResNetUNet& network, const models::InputConfig& input,
                              const TissueFilms& films) {
  const data::AugmentationOptions as_it_is = on_canvas({}, input);
  TissueMeasure sum;
  std::vector<double> found;
  std::vector<double> truth;
  for (std::size_t i = 0; i < films.size(); ++i) {
    Generator unused(0);
    const data::AugmentedFilm film = data::augment(films.get(i), as_it_is, unused);
    const Tensor map = film.mask.reshape({film.mask.size(1), film.mask.size(2)});
    const Tensor probabilities =
        models::tissue_probabilities(network, film.input.reshape({1, 1, map.size(0), map.size(1)}));
    sum.dice += eval::dice(eval::overlap(
        mask_of(map, fibroglandular), mask_of(models::most_probable_tissue(probabilities), fibroglandular)));
    found.push_back(models::percent_density(probabilities));
    truth.push_back(models::percent_density(certain(map)));
    sum.absolute_error += std::abs(found.back() - truth.back());
  }
  const auto count = static_cast<double>(films.size());
  return {.dice = sum.dice / count,
          .correlation = eval::correlation(found, truth),
          .absolute_error = sum.absolute_error / count};
}

} // namespace mammo::train
