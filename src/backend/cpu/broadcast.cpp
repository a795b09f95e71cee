#include "backend/cpu/broadcast.hpp"

namespace mammo::cpu {

BroadcastLoops::BroadcastLoops(const Shape& a, const Shape& b, const Shape& y) {
  const Strides strides_a = row_major_strides(a);
  const Strides strides_b = row_major_strides(b);
  const auto stride_of = [&](const Shape& shape, const Strides& strides, int d) -> std::int64_t {
    const int own = d - y.rank() + shape.rank();
    return own < 0 || shape[own] == 1 ? 0 : strides[own];
  };
  for (int d = 0; d < y.rank(); ++d) {
    if (y[d] == 1) continue;
    const Loop inner{y[d], stride_of(a, strides_a, d), stride_of(b, strides_b, d)};
    if (!loops.empty() && loops.back().a == inner.a * inner.size && loops.back().b == inner.b * inner.size) {
      loops.back() = {loops.back().size * inner.size, inner.a, inner.b};
    } else {
      loops.push_back(inner);
    }
  }
  if (loops.empty()) loops.push_back({1, 1, 1});
}

std::int64_t BroadcastLoops::rows() const {
  std::int64_t count = 1;
  for (std::size_t i = 0; i + 1 < loops.size(); ++i) count *= loops[i].size;
  return count;
}

std::array<std::int64_t, 2> BroadcastLoops::offsets(std::int64_t row) const {
  std::array<std::int64_t, 2> at{0, 0};
  for (std::size_t i = loops.size() - 1; i-- > 0;) {
    const std::int64_t index = row % loops[i].size;
    row /= loops[i].size;
    at[0] += index * loops[i].a;
    at[1] += index * loops[i].b;
  }
  return at;
}

std::optional<ChannelRepeat> ChannelRepeat::of(const TensorSpec& picture, const TensorSpec& channels) {
  const Shape& x = picture.shape;
  Shape c = Dims::filled(4, 1);
  if (x.rank() != 4 || channels.shape.rank() > 4) return std::nullopt;
  for (int d = 1; d <= channels.shape.rank(); ++d) c[-d] = channels.shape[-d];
  if ((c[0] != 1 && c[0] != x[0]) || c[1] != x[1] || c[2] != 1 || c[3] != 1) return std::nullopt;
  return ChannelRepeat(picture, channels);
}

ChannelRepeat::ChannelRepeat(const TensorSpec& picture, const TensorSpec& channels)
    : channel_count_(picture.shape[1]), channels_stride_(0) {
  const Planes planes(picture.shape, picture.layout);
  planes_ = planes.count;
  picture_planes_ = planes.count / picture.shape[0];
  pixels_ = planes.height * planes.width;
  lanes_ = planes.lanes;
  // One pixel a picture: whatever the layout, its channels are neighbours.
  if (channels.shape.rank() == 4 && channels.shape[0] != 1) {
    channels_stride_ = storage_numel(channels.shape, channels.layout) / channels.shape[0];
  }
  constexpr std::int64_t written_out = 1024;
  tile_ = std::clamp<std::int64_t>(written_out / lanes_, 1, pixels_);
  piece_ = std::max(elementwise_grain / lanes_ / tile_, std::int64_t{1}) * tile_;
}

void ChannelRepeat::repeat(const float* channels, std::int64_t plane, std::vector<float>& numbers) const {
  const std::int64_t first = plane % picture_planes_ * lanes_;
  const std::int64_t own = std::min(lanes_, channel_count_ - first);
  const float* from = channels + plane / picture_planes_ * channels_stride_ + first;
  std::fill(numbers.begin(), numbers.end(), 0.0F);
  for (std::int64_t i = 0; i < tile_; ++i) std::copy_n(from, own, numbers.begin() + i * lanes_);
}

std::optional<Broadcast> Broadcast::of(const TensorSpec& a, const TensorSpec& b, const Shape& result) {
  const auto is_scalar = [](const TensorSpec& spec) {
    return spec.layout == Layout::row_major && numel(spec.shape) == 1;
  };
  const bool a_is_whole = a.shape == result;
  const bool b_is_whole = b.shape == result;
  Broadcast made;
  made.layout_ = a_is_whole ? a.layout : b.layout;
  if ((a_is_whole && (is_scalar(b) || (b_is_whole && a.layout == b.layout))) ||
      (b_is_whole && is_scalar(a))) {
    made.count_ = storage_numel(result, made.layout_);
    made.a_step_ = a_is_whole ? 1 : 0;
    made.b_step_ = b_is_whole ? 1 : 0;
    return made;
  }
  if (a.layout == Layout::row_major && b.layout == Layout::row_major) {
    made.rows_.emplace(a.shape, b.shape, result);
    return made;
  }
  made.channels_first_ = !a_is_whole;
  if (a_is_whole) made.repeat_ = ChannelRepeat::of(a, b);
  if (!a_is_whole && b_is_whole) made.repeat_ = ChannelRepeat::of(b, a);
  if (!made.repeat_) return std::nullopt;
  return made;
}

} // namespace mammo::cpu
