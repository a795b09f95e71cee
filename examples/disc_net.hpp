#pragma once

#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/dropout.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

// The network of lesson 5: lesson 4's with batch norms and dropout. Pictures [N, 1, 24, 24] -> logits [N, 2].
struct DiscNet : mammo::nn::Module {
  mammo::nn::Conv2d conv1{
      {.in_channels = 1, .out_channels = 8, .kernel = 5, .stride = 2, .padding = 2, .bias = false}};
  mammo::nn::BatchNorm2d norm1{{.channels = 8}};
  mammo::nn::Conv2d conv2{
      {.in_channels = 8, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1, .bias = false}};
  mammo::nn::BatchNorm2d norm2{{.channels = 16}};
  mammo::nn::Dropout dropout{{.probability = 0.1}};
  mammo::nn::Linear classes{{.in_features = 16, .out_features = 2}};
  DiscNet() {
    add("conv1", conv1);
    add("norm1", norm1);
    add("conv2", conv2);
    add("norm2", norm2);
    add("dropout", dropout);
    add("classes", classes);
  }
  mammo::Tensor forward(const mammo::Tensor& pictures) const {
    using namespace mammo;
    Tensor y = conv_norm(conv1, norm1, pictures, Activation::relu);
    y = conv_norm(conv2, norm2, y, Activation::relu);
    return classes.forward(dropout.forward(flatten(adaptive_max_pool2d(y, 1))));
  }
};
