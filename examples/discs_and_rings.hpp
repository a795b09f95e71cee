#pragma once

#include "mammo/core/random.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/reduction.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

// The data set of lessons 4 and 5: noisy pictures of a disc or a ring, drawn when they are asked for.
struct Batch {
  mammo::Tensor pictures; // [16, 1, 24, 24]
  mammo::Tensor labels;   // [16] i64; 0: ring, 1: disc
};

// The same batch for the same number, on every machine.
inline Batch draw_batch(std::uint64_t number) {
  using namespace mammo;
  constexpr std::int64_t count = 16;
  constexpr std::int64_t size = 24;
  Generator generator(2024, number);
  Batch batch{random_normal({count, 1, size, size}, 0, 0.3, generator),
              Tensor::zeros({count}, {.dtype = DType::i64})};
  const auto pixels = batch.pictures.mutable_data<float>();
  const auto labels = batch.labels.mutable_data<std::int64_t>();
  for (std::int64_t n = 0; n < count; ++n) {
    const bool disc = generator.below(2) == 1;
    const double radius = generator.uniform(4, 7);
    const double middle_x = generator.uniform(8, 16);
    const double middle_y = generator.uniform(8, 16);
    labels[static_cast<std::size_t>(n)] = disc ? 1 : 0;
    for (std::int64_t i = 0; i < size * size; ++i) {
      const double x = static_cast<double>(i % size) - middle_x;
      const std::int64_t row = i / size;
      const double y = static_cast<double>(row) - middle_y;
      const double distance = std::hypot(x, y);
      const bool inside = distance < radius && (disc || distance > radius / 2);
      if (inside) pixels[static_cast<std::size_t>(n * size * size + i)] += 1;
    }
  }
  return batch;
}

// The part of the pictures of eight batches, which no training sees, that a network names rightly.
template <class Net>
double accuracy(const Net& net) {
  const mammo::NoGrad off;
  double right = 0;
  for (std::uint64_t number = 1000; number < 1008; ++number) {
    const Batch batch = draw_batch(number);
    const mammo::Tensor said = mammo::argmax(net.forward(batch.pictures), 1);
    for (std::size_t i = 0; i < 16; ++i)
      right += said.data<std::int64_t>()[i] == batch.labels.data<std::int64_t>()[i] ? 1 : 0;
  }
  return right / (8 * 16);
}
