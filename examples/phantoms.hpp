#pragma once

#include "mammo/data/collate.hpp"
#include "mammo/data/loader.hpp"
#include "mammo/data/phantom.hpp"
#include "mammo/ops/elementwise.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

// A data set of synthetic films of fatty breasts with a mass each, by their seeds. A film is made when it is
// asked for, which a loader's threads do while a network learns.
struct Phantoms {
  std::uint64_t first_seed;
  std::size_t count;

  std::size_t size() const { return count; }
  // f32 [2, 128, 96]: the film, 0 to 1, and its truth, 1 where the mass is.
  mammo::Tensor get(std::size_t index) const {
    using namespace mammo;
    const auto phantom = data::make_phantom_film({.seed = first_seed + index,
                                                  .lesions = 1,
                                                  .height = 128,
                                                  .width = 96,
                                                  .film_height_mm = 160,
                                                  .density = 1},
                                                 data::Laterality::left, data::Projection::cc);
    const Tensor white = Tensor::full({1}, 4095); // of 12 bits
    return data::stack(
        std::array{divide(phantom.pixels.to(DType::f32), white), phantom.masses.at(0).mask.to(DType::f32)});
  }
};

// f32 [batch_size, 2, 128, 96], in the order of the seeds; a thread of its own makes them ahead of their use.
inline mammo::data::Loader<Phantoms> phantom_batches(std::uint64_t first_seed, std::size_t count,
                                                     std::size_t batch_size) {
  return {{first_seed, count}, mammo::data::Sampler::sequential(count, {.batch_size = batch_size})};
}
