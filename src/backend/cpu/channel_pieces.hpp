#pragma once

#include "kernels/cpu/normalization_kernels.hpp"
#include "mammo/core/layout.hpp"
#include "mammo/core/shape.hpp"
#include "mammo/core/threads.hpp"

#include <cstdint>

namespace mammo::cpu {

/// A picture tensor cut into pieces for work that has parameters or sums a channel: a piece is a part of one
/// picture that lies together in memory and holds some channels only, each a column of a matrix. Row-major
/// pieces are one channel, channels-last ones are all channels of some pixels, blocked ones a block.
class ChannelPieces {
 public:
  ChannelPieces(const Shape& shape, Layout layout);

  /// Sets of channels; every set has pieces_of_set() pieces, those of the first picture first.
  std::int64_t sets() const { return sets_; }
  std::int64_t pieces_of_set() const { return pictures_ * pieces_of_picture_; }
  std::int64_t pieces_of_picture() const { return pieces_of_picture_; }
  /// Channels in a set that exist; the last block may be less than full.
  std::int64_t first_channel(std::int64_t set) const { return set * columns_; }
  std::int64_t channels(std::int64_t set) const {
    const std::int64_t left = channels_ - set * columns_;
    return left < columns_ ? left : columns_;
  }
  /// Room that a set takes in arrays with an entry a channel.
  std::int64_t slot() const { return slot_; }
  std::int64_t elements_of_piece() const { return rows_ * columns_; }

  /// Adds a piece's sums of x and of its squares, slot() of each.
  void add_moments(const float* x, std::int64_t set, std::int64_t piece, double* sum, double* squares) const;
  /// See NormalizationKernels: the arrays hold slot() entries. Where y is null no relu came behind.
  void transform(const float* x, const float* residual, std::int64_t set, std::int64_t piece,
                 const kernels::ColumnTransform& transform, bool relu, float* y) const;
  void add_gradient_moments(const float* x, const float* y, const float* g, std::int64_t set,
                            std::int64_t piece, const float* mean, double* sum, double* along,
                            float* kept) const;
  void gradient(const float* x, const float* y, const float* g, std::int64_t set, std::int64_t piece,
                const kernels::ColumnGradient& gradient, float* gx) const;

 private:
  struct Extent {
    std::int64_t offset;
    std::int64_t rows;
  };
  Extent extent(std::int64_t set, std::int64_t piece) const;

  std::int64_t pictures_;
  std::int64_t channels_;
  std::int64_t pixels_;
  std::int64_t columns_ = 1; // of a piece, as stored
  std::int64_t sets_;
  std::int64_t slot_ = 1;
  std::int64_t pieces_of_picture_ = 1;
  std::int64_t rows_; // of every piece of a picture but the last, which may have fewer
};

/// Calls first(set, piece) for all pieces, then, for each set, between(set), then second(set, piece) for all
/// pieces of that set: a thread does all three for a set where the sets share out evenly, so that the second
/// pass finds what the first left in the cache, and goes backwards for that.
template <class First, class Between, class Second>
void in_two_passes(const ChannelPieces& pieces, const First& first, const Between& between,
                   const Second& second) {
  constexpr std::int64_t grain = 16384;
  const std::int64_t sets = pieces.sets();
  const std::int64_t of_set = pieces.pieces_of_set();
  const std::int64_t piece_grain = grain / pieces.elements_of_piece() + 1;
  const std::int64_t threads = thread_count();
  if (sets % threads == 0 || sets >= 8 * threads) {
    parallel_for(0, sets, (piece_grain + of_set - 1) / of_set, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t set = begin; set < end; ++set) {
        for (std::int64_t piece = 0; piece < of_set; ++piece) first(set, piece);
        between(set);
        for (std::int64_t piece = of_set; piece-- > 0;) second(set, piece);
      }
    });
    return;
  }
  const auto all_pieces = [&](const auto& body) {
    parallel_for(0, sets * of_set, piece_grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = end; i-- > begin;) body(i / of_set, i % of_set);
    });
  };
  all_pieces(first);
  for (std::int64_t set = 0; set < sets; ++set) between(set);
  all_pieces(second);
}

} // namespace mammo::cpu
