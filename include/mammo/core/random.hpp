#pragma once

#include "mammo/core/tensor.hpp"

#include <array>
#include <cstdint>

namespace mammo {

/// One block of Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
/// four 32-bit words from a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A seeded stream of random numbers, the same on every machine: only integer and basic IEEE arithmetic is
/// used. Streams of one seed are independent, so each worker or film can have its own.
class Generator {
 public:
  explicit Generator(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint32_t next_u32();
  /// Uniform over 0 .. bound - 1, without bias. Throws ArgumentError on 0.
  std::uint32_t below(std::uint32_t bound);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal, by the inverse of the distribution function (Wichura, AS 241, 1988).
  double normal();

  std::uint64_t seed() const { return std::uint64_t{key_[1]} << 32 | key_[0]; }
  std::uint64_t stream() const { return stream_; }
  /// Numbers drawn so far, in words: with the seed and the stream, the whole state.
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

 private:
  std::uint64_t next_bits53();

  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
  std::uint64_t block_index_ = 0;
  bool block_ready_ = false;
  std::array<std::uint32_t, 4> block_{};
};

/// f32 elements uniform in [low, high).
Tensor random_uniform(const Shape& shape, double low, double high, Generator& generator);
/// f32 elements of a normal distribution.
Tensor random_normal(const Shape& shape, double mean, double deviation, Generator& generator);

} // namespace mammo
