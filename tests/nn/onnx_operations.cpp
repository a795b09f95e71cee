// onnx_operations FOLDER: exports every operation that ONNX has a form of, in the shapes and with the options
// that its form depends on. For each case NAME.onnx and NAME.safetensors with an input and what mammo makes
// of it, for scripts/check-onnx.

#include "mammo/nn/attention.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/onnx.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace mammo {
namespace {

class Nothing : public nn::Module {};

class Exporter {
 public:
  explicit Exporter(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void operator()(const std::string& name, const Shape& shape, const std::function<Tensor(const Tensor&)>& f,
                  const nn::Module& module = Nothing()) const {
    const nn::NamedTensor x{"x", nn::formula_tensor(name, shape)};
    const auto forward = [&](std::span<const Tensor> inputs) {
      return std::vector<nn::NamedTensor>{{"y", f(inputs[0])}};
    };
    export_onnx(nn::trace(module, forward, std::vector{x}), folder_ / (name + ".onnx"));
    nn::write_safetensors(folder_ / (name + ".safetensors"),
                          {{"input.x", x.tensor}, {"output.y", f(x.tensor)}});
  }

 private:
  std::filesystem::path folder_;
};

Tensor weight(const char* name, const Shape& shape) {
  return nn::formula_tensor(name, shape);
}

Tensor positive(const Tensor& x) {
  return exp(x);
}

void products(const Exporter& add) {
  const Tensor w = weight("w", {6, 2, 3, 5});
  const Tensor bias = weight("b", {6});
  const Conv2d options{.stride = {2, 1}, .padding = {1, 3}, .dilation = {1, 2}, .groups = 2};
  add("conv2d", {2, 4, 9, 11}, [=](const Tensor& x) { return conv2d(x, w, bias, options); });
  add("conv2d_fused", {2, 4, 9, 11}, [=](const Tensor& x) {
    Conv2d fused = options;
    fused.activation = Activation::relu;
    return conv2d(x, w, {}, fused, conv2d(x, w, bias, options));
  });
  add("conv_transpose2d", {2, 6, 5, 7}, [=](const Tensor& x) {
    return conv_transpose2d(x, w, weight("b", {4}),
                            {.stride = 2, .padding = {1, 2}, .output_padding = {1, 0}, .groups = 2});
  });
  const Tensor matrix = weight("m", {3, 8});
  add("linear", {5, 8}, [=](const Tensor& x) { return linear(x, matrix, weight("b", {3})); });
  add("linear_relu_3d", {2, 5, 8},
      [=](const Tensor& x) { return linear(x, matrix, weight("b", {3}), {.activation = Activation::relu}); });
  add("linear_without_bias", {2, 5, 8}, [=](const Tensor& x) { return linear(x, matrix); });
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      add(concat("matmul_", a, b), {2, 4, 4},
          [=](const Tensor& x) { return matmul(x, exp(x), {.transpose_a = a, .transpose_b = b}); });
    }
  }
  nn::MultiHeadSelfAttention attention({.features = 12, .heads = 3});
  load_by_formula(attention);
  add("attention", {2, 7, 12}, [&](const Tensor& x) { return attention.forward(x); }, attention);
}

void norms(const Exporter& add) {
  const Tensor w = weight("w", {6});
  const Tensor b = weight("b", {6});
  add("batch_norm", {2, 6, 4, 5}, [=](const Tensor& x) {
    return batch_norm(x, b, positive(w), w, b, {.eps = 1e-3, .activation = Activation::relu});
  });
  for (const std::int64_t groups : {1, 3, 6}) {
    add(concat("group_norm_", groups), {2, 6, 4, 5},
        [=](const Tensor& x) { return group_norm(x, w, b, {.groups = groups}); });
  }
  add("group_norm_3d", {2, 6, 9}, [=](const Tensor& x) { return group_norm(x, w, b, {.groups = 2}); });
  add("layer_norm", {2, 5, 6}, [=](const Tensor& x) { return layer_norm(x, w, b, 1e-6); });
  add("softmax", {2, 5, 6}, [](const Tensor& x) { return softmax(x, 1); });
}

void pools(const Exporter& add) {
  const Shape shape{2, 3, 9, 11};
  add("max_pool2d", shape, [](const Tensor& x) {
    return max_pool2d(x, {.kernel = {3, 2}, .stride = 2, .padding = 1, .dilation = {1, 2}});
  });
  for (const bool count : {false, true}) {
    add(concat("average_pool2d_", count), shape, [=](const Tensor& x) {
      return average_pool2d(x, {.kernel = 3, .stride = {2, 1}, .padding = 1, .count_padding = count});
    });
  }
  add("adaptive_average_1", shape, [](const Tensor& x) { return adaptive_average_pool2d(x, 1); });
  add("adaptive_average_whole", {1, 2, 6, 8},
      [](const Tensor& x) { return adaptive_average_pool2d(x, {3, 2}); });
  add("adaptive_average_other", shape, [](const Tensor& x) { return adaptive_average_pool2d(x, {4, 7}); });
  add("adaptive_max_1", shape, [](const Tensor& x) { return adaptive_max_pool2d(x, 1); });
  add("adaptive_max_whole", {1, 2, 6, 8}, [](const Tensor& x) { return adaptive_max_pool2d(x, {3, 2}); });
  add("nearest_doubled", shape, [](const Tensor& x) { return interpolate_nearest(x, {18, 22}); });
  add("nearest_13_to_25", {1, 2, 13, 7}, [](const Tensor& x) { return interpolate_nearest(x, {25, 14}); });
  add("nearest_smaller", shape, [](const Tensor& x) { return interpolate_nearest(x, {4, 5}); });
  for (const bool align : {false, true}) {
    add(concat("bilinear_larger_", align), shape,
        [=](const Tensor& x) { return interpolate_bilinear(x, {20, 23}, align); });
    add(concat("bilinear_smaller_", align), shape,
        [=](const Tensor& x) { return interpolate_bilinear(x, {5, 4}, align); });
  }
}

void element_by_element(const Exporter& add) {
  const Shape shape{2, 3, 4};
  const Tensor other = weight("other", {3, 1});
  using Function = Tensor (*)(const Tensor&);
  for (const auto& [name, f] : std::vector<std::pair<const char*, Function>>{{"relu", relu},
                                                                             {"sigmoid", sigmoid},
                                                                             {"exp", exp},
                                                                             {"neg", neg},
                                                                             {"abs", abs},
                                                                             {"tanh", tanh},
                                                                             {"gelu", gelu},
                                                                             {"silu", silu}}) {
    add(name, shape, f);
  }
  add("log", shape, [](const Tensor& x) { return log(positive(x)); });
  add("sqrt", shape, [](const Tensor& x) { return sqrt(positive(x)); });
  using Function2 = Tensor (*)(const Tensor&, const Tensor&);
  for (const auto& [name, f] : std::vector<std::pair<const char*, Function2>>{{"plus", mammo::add},
                                                                              {"minus", subtract},
                                                                              {"times", multiply},
                                                                              {"divide", divide},
                                                                              {"maximum", maximum},
                                                                              {"minimum", minimum}}) {
    add(name, shape, [=](const Tensor& x) { return f(x, other); });
  }
}

void reductions(const Exporter& add) {
  const Shape shape{2, 3, 4, 5};
  using Function = Tensor (*)(const Tensor&, const Dims&, bool);
  for (const auto& [name, f] : std::vector<std::pair<const char*, Function>>{
           {"sum", sum}, {"mean", mean}, {"max", max}, {"min", min}}) {
    add(name, shape, [=](const Tensor& x) { return f(x, {1, 3}, false); });
    add(concat(name, "_kept"), shape, [=](const Tensor& x) { return f(x, {1, 3}, true); });
    add(concat(name, "_of_all"), shape, [=](const Tensor& x) { return f(x, {}, false); });
  }
  add("argmax", shape, [](const Tensor& x) { return argmax(x, 2); });
  add("top_k_values", shape, [](const Tensor& x) { return top_k(x, 3).values; });
  add("top_k_indices", shape, [](const Tensor& x) { return top_k(x, 3).indices; });
}

void arrangements(const Exporter& add) {
  const Shape shape{2, 3, 4, 5};
  add("concatenate", shape, [](const Tensor& x) { return concatenate(std::vector{x, exp(x), x}, 2); });
  add("pad", shape, [](const Tensor& x) { return pad(x, {0, 0, 1, 2}, {0, 1, 0, 3}, -2.5); });
  const Tensor index = Tensor::from<std::int64_t>({2, 0, 1, 1}, {1, 1, 4, 1});
  add("gather", shape, [=](const Tensor& x) { return gather(x, 1, index); });
  add("scatter_add", {1, 1, 4, 1}, [=](const Tensor& x) { return scatter_add(x, 1, index, {1, 3, 4, 2}); });
  add("embedding", {3, 5}, [=](const Tensor& x) { return embedding(x, index); });
  add("reshape", shape, [](const Tensor& x) { return reshape(x, {6, -1}); });
  add("flatten_permuted", shape, [](const Tensor& x) { return flatten(permute(x, {0, 2, 3, 1}), 1); });
  add("permute", shape, [](const Tensor& x) { return permute(x, {3, 0, 2, 1}); });
  add("slice", shape, [](const Tensor& x) { return slice(x, -1, 1, -1, 2); });
  add("select", shape, [](const Tensor& x) { return select(x, -2, -1); });
  add("squeezed", {2, 1, 4}, [](const Tensor& x) { return unsqueeze(squeeze(x, 1), 0); });
  add("expand", {2, 1, 4}, [](const Tensor& x) { return expand(x, {3, 2, 5, 4}); });
}

} // namespace
} // namespace mammo

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: onnx_operations FOLDER\n";
    return 2;
  }
  try {
    const mammo::Exporter add(argv[1]);
    mammo::products(add);
    mammo::norms(add);
    mammo::pools(add);
    mammo::element_by_element(add);
    mammo::reductions(add);
    mammo::arrangements(add);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "onnx_operations: " << error.what() << '\n';
    return 2;
  }
}
