#pragma once

#include "backend/cpu/channel_pieces.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mammo::cpu {

/// Scratch memory of an operation on ChannelPieces: two sums a piece and channel, and some parameters for
/// each of `parameter_sets` times the channels.
class ChannelWorkspace {
 public:
  ChannelWorkspace(const ChannelPieces& pieces, std::int64_t parameters, std::int64_t parameter_sets = 1)
      : pieces_(pieces), parameters_(parameters), parameter_sets_(parameter_sets) {}

  std::size_t bytes() const {
    return static_cast<std::size_t>(sum_count()) * sizeof(double) +
           static_cast<std::size_t>(parameter_sets_ * pieces_.sets() * parameters_ * pieces_.slot()) *
               sizeof(float);
  }
  void place(std::byte* memory) {
    sums_ = reinterpret_cast<double*>(memory);
    floats_ = reinterpret_cast<float*>(memory + static_cast<std::size_t>(sum_count()) * sizeof(double));
  }

  /// slot() of a first sum, then slot() of a second.
  double* sums(std::int64_t set, std::int64_t piece) const {
    return sums_ + (set * pieces_.pieces_of_set() + piece) * 2 * pieces_.slot();
  }
  double* cleared_sums(std::int64_t set, std::int64_t piece) const {
    std::fill_n(sums(set, piece), 2 * pieces_.slot(), 0.0);
    return sums(set, piece);
  }
  /// Both sums of one channel over `count` pieces.
  std::array<double, 2> totals(std::int64_t set, std::int64_t channel, std::int64_t first_piece,
                               std::int64_t count) const {
    std::array<double, 2> total{0, 0};
    for (std::int64_t piece = first_piece; piece < first_piece + count; ++piece) {
      total[0] += sums(set, piece)[channel];
      total[1] += sums(set, piece)[pieces_.slot() + channel];
    }
    return total;
  }

  /// slot() values of parameter k.
  float* parameter(std::int64_t k, std::int64_t set, std::int64_t parameter_set = 0) const {
    return floats_ + ((parameter_set * pieces_.sets() + set) * parameters_ + k) * pieces_.slot();
  }
  /// Parameters of channels that only pad a block: zeros, which keep zeros.
  void clear_parameters(std::int64_t set, std::int64_t parameter_set = 0) const {
    std::fill_n(parameter(0, set, parameter_set), parameters_ * pieces_.slot(), 0.0F);
  }

 private:
  std::int64_t sum_count() const { return pieces_.sets() * pieces_.pieces_of_set() * 2 * pieces_.slot(); }

  ChannelPieces pieces_;
  std::int64_t parameters_;
  std::int64_t parameter_sets_;
  double* sums_ = nullptr;
  float* floats_ = nullptr;
};

} // namespace mammo::cpu
