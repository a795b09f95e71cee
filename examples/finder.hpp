#pragma once

#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/group_norm.hpp"
#include "mammo/nn/module_list.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"

#include <array>
#include <cstdint>
#include <utility>

struct FinderBlock : mammo::nn::Module {
  mammo::nn::Conv2d conv;
  mammo::nn::GroupNorm norm;

  FinderBlock(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv({.in_channels = in, .out_channels = out, .kernel = 3, .stride = stride, .padding = 1}),
        norm({.groups = 4, .channels = out}) {
    add("conv", conv);
    add("norm", norm);
  }
  mammo::Tensor forward(const mammo::Tensor& x) const { return mammo::relu(norm.forward(conv.forward(x))); }
};

// The network of lesson 6, a small U-Net (Ronneberger et al. 2015): down to an eighth of the size, to see the
// whole breast, and up again beside what was seen on the way, to know where.
struct Finder : mammo::nn::Module {
  mammo::nn::ModuleList<FinderBlock> down;
  mammo::nn::ModuleList<FinderBlock> up;
  mammo::nn::Conv2d last{{.in_channels = 16, .out_channels = 1, .kernel = 3, .padding = 1}};

  Finder() {
    for (const auto& [in, out] : {std::pair(1, 16), {16, 32}, {32, 64}}) down.emplace_back(in, out, 2);
    for (const auto& [in, out] : {std::pair(64 + 32, 32), {32 + 16, 16}}) up.emplace_back(in, out, 1);
    add("down", down);
    add("up", up);
    add("last", last);
  }
  // Films [N, 1, 128, 96] -> logits like them.
  mammo::Tensor forward(const mammo::Tensor& films) const {
    using namespace mammo;
    const Tensor half = down[0].forward(films);
    const Tensor quarter = down[1].forward(half);
    Tensor x = interpolate_nearest(down[2].forward(quarter), {32, 24});
    x = interpolate_nearest(up[0].forward(concatenate(std::array{x, quarter}, 1)), {64, 48});
    x = up[1].forward(concatenate(std::array{x, half}, 1));
    return interpolate_bilinear(last.forward(x), {128, 96});
  }
};
