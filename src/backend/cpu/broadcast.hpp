#pragma once

#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace mammo::cpu {

/// Loops over the result of two broadcast row-major operands: neighbouring dimensions through which both
/// operands run alike are one loop, the last loop is along memory. A stride of 0 repeats.
struct BroadcastLoops {
  struct Loop {
    std::int64_t size;
    std::int64_t a;
    std::int64_t b;
  };
  std::vector<Loop> loops;

  BroadcastLoops(const Shape& a, const Shape& b, const Shape& y);
  std::int64_t rows() const;
  /// Offsets of a and b at the start of a row of the last loop.
  std::array<std::int64_t, 2> offsets(std::int64_t row) const;
};

/// A picture of any layout and a number a channel, [1 or N, C, 1, 1]: how the numbers repeat over the memory
/// of the picture.
class ChannelRepeat {
 public:
  /// Nothing where the shapes are not these.
  static std::optional<ChannelRepeat> of(const TensorSpec& picture, const TensorSpec& channels);

  /// Calls loop(at, numbers, n) for runs of n elements of the picture, from element `at` on, with as many
  /// numbers, those of lanes without a channel 0.
  template <class Loop>
  void run(const float* channels, const Loop& loop) const {
    const std::int64_t pieces = (pixels_ + piece_ - 1) / piece_;
    const std::int64_t grain = elementwise_grain / (std::min(pixels_, piece_) * lanes_) + 1;
    parallel_for(0, planes_ * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> numbers(static_cast<std::size_t>(tile_ * lanes_));
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t plane = i / pieces;
        repeat(channels, plane, numbers);
        const std::int64_t last = std::min((i % pieces + 1) * piece_, pixels_);
        for (std::int64_t pixel = i % pieces * piece_; pixel < last; pixel += tile_) {
          loop((plane * pixels_ + pixel) * lanes_, numbers.data(), std::min(tile_, last - pixel) * lanes_);
        }
      }
    });
  }

 private:
  ChannelRepeat(const TensorSpec& picture, const TensorSpec& channels);
  void repeat(const float* channels, std::int64_t plane, std::vector<float>& numbers) const;

  std::int64_t planes_;         // of all pictures
  std::int64_t picture_planes_; // of one
  std::int64_t pixels_;         // of a plane
  std::int64_t lanes_;          // neighbouring channels of a pixel
  std::int64_t channel_count_;
  std::int64_t channels_stride_; // from the numbers of one picture to those of the next
  std::int64_t tile_;            // pixels for which the numbers are written out
  std::int64_t piece_;           // pixels that one thread takes at a time
};

/// How two operands fill a result: in storage order, row by row, or as a picture and its channels.
class Broadcast {
 public:
  /// Nothing for layouts that do not go together.
  static std::optional<Broadcast> of(const TensorSpec& a, const TensorSpec& b, const Shape& result);

  Layout layout() const { return layout_; }

  /// Calls loop(a, a_step, b, b_step, at, n) for runs of n elements of the result from element `at` on, in
  /// several threads; the steps are 0 or 1.
  template <class Loop>
  void run(const float* a, const float* b, const Loop& loop) const {
    if (repeat_) {
      const float* picture = channels_first_ ? b : a;
      repeat_->run(channels_first_ ? a : b, [&](std::int64_t at, const float* numbers, std::int64_t n) {
        const float* pixels = picture + at;
        loop(channels_first_ ? numbers : pixels, 1, channels_first_ ? pixels : numbers, 1, at, n);
      });
      return;
    }
    if (rows_) {
      const auto& last = rows_->loops.back();
      parallel_for(0, rows_->rows(), elementwise_grain / last.size + 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t row = begin; row < end; ++row) {
                       const auto [a_at, b_at] = rows_->offsets(row);
                       loop(a + a_at, last.a, b + b_at, last.b, row * last.size, last.size);
                     }
                   });
      return;
    }
    parallel_for(0, count_, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      loop(a + begin * a_step_, a_step_, b + begin * b_step_, b_step_, begin, end - begin);
    });
  }

 private:
  Layout layout_ = Layout::row_major;
  std::int64_t count_ = 0;
  std::int64_t a_step_ = 1;
  std::int64_t b_step_ = 1;
  std::optional<BroadcastLoops> rows_;
  std::optional<ChannelRepeat> repeat_;
  bool channels_first_ = false;
};

} // namespace mammo::cpu
