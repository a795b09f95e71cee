#include "mammo/backend/dispatch.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "tests/support/skip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// The lines of the library's log of a process of its own that hold `word`.
int logged(const std::string& word, const std::string& arguments, const std::string& environment = "") {
  const std::string command = environment + " ONEDNN_VERBOSE=1 " + ONEDNN_PROBE + " " + arguments + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  REQUIRE(output);
  int lines = 0;
  std::array<char, 1024> line{};
  while (std::fgets(line.data(), line.size(), output.get()) != nullptr) {
    if (std::string(line.data()).find(word) != std::string::npos) ++lines;
  }
  return lines;
}

Tensor on(const std::string& backend, const std::function<Tensor()>& compute) {
  const ExecutionScope scope({.backend = backend, .strict = true});
  return compute();
}

double largest_difference(const Tensor& a, const Tensor& b) {
  const Tensor x = a.plain();
  const Tensor y = b.plain();
  REQUIRE(x.shape() == y.shape());
  double largest = 0;
  for (std::size_t i = 0; i < x.data<float>().size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(x.data<float>()[i] - y.data<float>()[i])));
  }
  return largest;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return std::ranges::equal(a.plain().data<float>(), b.plain().data<float>());
}

// Which layouts the library likes is known for the sets that it is at home in.
void need_avx2() {
  if (isa() < Isa::avx2) test::skip("the library works on plain layouts below AVX2");
}

// Whether the channels that fill up the last block are zero; true where there are none.
bool padding_is_zero(const Tensor& y) {
  const std::int64_t block = block_size(y.layout());
  const std::int64_t blocks = (y.size(1) + block - 1) / block;
  for (std::int64_t c = y.size(1); c < blocks * block; ++c) {
    for (std::int64_t h = 0; h < y.size(2); ++h) {
      for (std::int64_t w = 0; w < y.size(3); ++w) {
        const Shape padded{y.size(0), blocks * block, y.size(2), y.size(3)};
        if (y.raw<float>()[storage_offset(padded, y.layout(), 0, c, h, w)] != 0.0F) return false;
      }
    }
  }
  return true;
}

// Sums of a few hundred products of numbers of order 1.
constexpr double rounding = 2e-4;

} // namespace

TEST_CASE("onednn: a weight is packed once, and nothing else is reordered from one convolution to the next") {
  need_avx2();
  // Three convolutions: their weights, and nothing after the first run.
  CHECK(logged("exec,cpu,reorder", "1") == 3);
  CHECK(logged("exec,cpu,reorder", "5") == 3);
  CHECK(logged("exec,cpu,convolution", "5") == 15);
}

TEST_CASE("onednn: a weight changed in place is packed again") {
  Generator random(2);
  const Tensor x = random_normal({1, 16, 10, 10}, 0, 1, random);
  Tensor weight = random_normal({16, 16, 3, 3}, 0, 1, random);
  const auto compute = [&] { return conv2d(x, weight, {}, {.padding = 1}); };
  const Tensor before = on("onednn", compute);
  weight.mutable_data<float>()[5] += 1;
  const Tensor after = on("onednn", compute);
  CHECK(largest_difference(before, after) > 0.5);
  CHECK(largest_difference(after, on("reference", compute)) < rounding);
}

TEST_CASE("onednn: a change in place costs one packing") {
  need_avx2();
  CHECK(logged("exec,cpu,reorder", "change") == 2);
}

TEST_CASE("onednn: in training only weights and their gradients are reordered, each once a step") {
  need_avx2();
  // Forward three weights, backward the two that the gradient goes through, and three gradients. On AVX2 what
  // is reordered for the picture's one channel is the gradient of the result instead of the weight's.
  for (const char* isa : {"", "MAMMO_MAX_ISA=AVX2"}) {
    INFO(isa);
    CHECK(logged("exec,cpu,reorder", "train 1", isa) == 8);
    CHECK(logged("exec,cpu,reorder", "train 3", isa) == 24);
    CHECK(logged("ref:any", "train 1", isa) == 0);
  }
}

TEST_CASE("onednn: a weight's packed copy is kept where that is wanted, and only there") {
  need_avx2();
  Generator random(9);
  const Tensor x = random_normal({1, 16, 8, 8}, 0, 1, random);
  const Tensor weight = random_normal({32, 16, 3, 3}, 0, 1, random);
  const auto bytes_kept = [&](bool keep_packed) {
    const ExecutionScope scope({.backend = "onednn", .strict = true});
    const Tensor fresh = weight.clone();
    const std::size_t before = memory::bytes_in_use();
    conv2d(x, fresh, {}, {.padding = 1, .keep_packed = keep_packed});
    return memory::bytes_in_use() - before;
  };
  CHECK(bytes_kept(true) >= static_cast<std::size_t>(weight.numel()) * sizeof(float));
  CHECK(bytes_kept(false) == 0);
}

TEST_CASE("onednn: gradients come in the layout that they were given in") {
  need_avx2();
  Generator random(10);
  const Tensor g = random_normal({2, 32, 5, 4}, 0, 1, random);
  const Tensor weight = random_normal({32, 32, 3, 3}, 0, 1, random);
  const Layout blocks = isa() == Isa::avx512 ? Layout::nChw16c : Layout::nChw8c;
  const ExecutionScope scope({.backend = "onednn", .strict = true});
  for (const Layout layout : {blocks, Layout::channels_last}) {
    for (const std::int64_t stride : {1, 2}) {
      const Size2d output = stride == 1 ? Size2d(5, 4) : Size2d(10, 7);
      const Tensor x_gradient =
          dispatch_one(ConvTranspose2d{.output = output, .stride = stride, .padding = 1},
                       std::array{g.to(layout), weight, Tensor()});
      CHECK(x_gradient.layout() == layout);
    }
  }
}

TEST_CASE("onednn: weights that are slices of one read-only storage are told apart") {
  Generator random(3);
  const Tensor both = random_normal({2, 16, 16, 3, 3}, 0, 1, random);
  const std::shared_ptr<const std::byte> bytes(both.storage(), both.storage()->data());
  const auto read_only = std::make_shared<Storage>(bytes, both.storage()->bytes(), false);
  const Tensor x = random_normal({1, 16, 10, 10}, 0, 1, random);
  for (const std::int64_t which : {0, 1, 0}) {
    const Tensor weight =
        Tensor::over(read_only, {16, 16, 3, 3}, {.dtype = DType::f32}, which * both.numel() / 2);
    const auto compute = [&] { return conv2d(x, weight, {}, {.padding = 1}); };
    CHECK(largest_difference(on("onednn", compute), on("reference", compute)) < rounding);
  }
}

TEST_CASE("onednn: a network stays in the layout of its first convolution") {
  need_avx2();
  Generator random(4);
  const Tensor picture = random_normal({1, 1, 64, 64}, 0, 1, random);
  const Tensor stem = random_normal({64, 1, 7, 7}, 0, 0.1, random);
  const Tensor weight = random_normal({64, 64, 3, 3}, 0, 0.1, random);
  const ExecutionScope scope({.strict = true});
  const Tensor x = conv2d(picture, stem, {}, {.stride = 2, .padding = 3, .activation = Activation::relu});
  CHECK(x.layout() != Layout::row_major);
  const Tensor pooled = max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1});
  CHECK(pooled.layout() == x.layout());
  const Tensor y = conv2d(pooled, weight, {}, {.padding = 1}, pooled);
  CHECK(y.layout() == x.layout());
  const Tensor up = interpolate_nearest(y, {32, 32});
  CHECK(up.layout() == x.layout());
  CHECK(add(up, x).layout() == x.layout());
}

TEST_CASE("onednn: every layout is taken, and gives the same numbers") {
  Generator random(5);
  // 20 channels: no multiple of a block.
  const Tensor x = random_normal({2, 20, 9, 7}, 0, 1, random);
  const Tensor weight = random_normal({12, 20, 3, 3}, 0, 1, random);
  const Tensor bias = random_normal({12}, 0, 1, random);
  const Tensor residual = random_normal({2, 12, 5, 4}, 0, 1, random);
  const Conv2d options{.stride = 2, .padding = 1, .activation = Activation::relu};
  const Tensor expected = on("reference", [&] { return conv2d(x, weight, bias, options, residual); });
  for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
    for (const Layout other : {Layout::row_major, Layout::nChw8c}) {
      const Tensor y =
          on("onednn", [&] { return conv2d(x.to(layout), weight, bias, options, residual.to(other)); });
      INFO("x " << layout << ", residual " << other << ", y " << y.layout());
      CHECK(largest_difference(y, expected) < rounding);
    }
  }
}

TEST_CASE("onednn: the padding of blocks is zero after every operation on them") {
  Generator random(6);
  const Tensor x = random_normal({1, 20, 6, 6}, 0, 1, random).to(Layout::nChw8c);
  const Tensor weight = random_normal({20, 20, 1, 1}, 0, 1, random);
  const Tensor bias = Tensor::full({20}, 1);
  const ExecutionScope scope({.backend = "onednn", .strict = true});
  REQUIRE(padding_is_zero(x));
  CHECK(padding_is_zero(conv2d(x, weight, bias)));
  CHECK(padding_is_zero(sigmoid(x)));
  CHECK(padding_is_zero(divide(x, x)));
  CHECK(padding_is_zero(max_pool2d(x, {.kernel = 3, .stride = 1, .padding = 1})));
}

TEST_CASE("onednn: one plan runs in many threads at once", "[threads]") {
  Generator random(7);
  const Tensor weight = random_normal({32, 16, 3, 3}, 0, 1, random);
  const Tensor bias = random_normal({32}, 0, 1, random);
  std::vector<Tensor> inputs;
  std::vector<Tensor> expected;
  const auto compute = [&](const Tensor& x) {
    const ExecutionScope scope({.backend = "onednn", .strict = true});
    return conv2d(x, weight, bias, {.padding = 1, .activation = Activation::relu});
  };
  for (int i = 0; i < 4; ++i) inputs.push_back(random_normal({1, 16, 24, 24}, 0, 1, random));
  {
    const ThreadLease lease(1);
    for (const Tensor& x : inputs) expected.push_back(compute(x));
  }
  // A clone has packed no weights yet, so that the threads race for the first packing too.
  const Tensor fresh = weight.clone();
  std::vector<int> wrong(inputs.size(), 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int run = 0; run < 20; ++run) {
        const ThreadLease lease(1);
        const ExecutionScope scope({.backend = "onednn", .strict = true});
        const Tensor y = conv2d(inputs[i], fresh, bias, {.padding = 1, .activation = Activation::relu});
        if (!same_bits(y, expected[i])) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(inputs.size(), 0));
}

TEST_CASE("onednn: runs repeat bit for bit, whatever the lease around them", "[threads]") {
  Generator random(8);
  const Tensor x = random_normal({1, 16, 40, 40}, 0, 1, random);
  const Tensor weight = random_normal({16, 16, 3, 3}, 0, 1, random);
  const auto compute = [&] { return on("onednn", [&] { return conv2d(x, weight, {}, {.padding = 1}); }); };
  const Tensor all = compute();
  CHECK(same_bits(all, compute()));
  {
    const ThreadLease lease(1);
    const Tensor alone = compute();
    CHECK(same_bits(alone, compute()));
    CHECK(largest_difference(alone, all) < rounding);
  }
  CHECK(same_bits(all, compute()));
}

TEST_CASE("onednn: MAMMO_MAX_ISA caps the library") {
  CHECK(logged("isa:Intel AVX-512", "1", "MAMMO_MAX_ISA=AVX2") == 0);
  CHECK(logged("isa:Intel SSE4.1", "1", "MAMMO_MAX_ISA=BASELINE") == 1);
  if (isa() < Isa::avx2) test::skip("no AVX2 here");
  CHECK(logged("isa:Intel AVX2", "1", "MAMMO_MAX_ISA=AVX2") == 1);
}

TEST_CASE("onednn: what it lacks or means otherwise has no plan") {
  const auto backend = make_onednn_backend();
  const TensorSpec picture{.shape = {1, 8, 6, 6}};
  const auto has_plan = [&](const Operation& operation, std::vector<TensorSpec> inputs) {
    return backend->plan({.operation = operation, .inputs = std::move(inputs)}) != nullptr;
  };
  CHECK(has_plan(Unary{UnaryKind::sigmoid}, {picture}));
  CHECK_FALSE(has_plan(Unary{UnaryKind::sigmoid}, {{.shape = {4}, .dtype = DType::f64}}));
  CHECK_FALSE(has_plan(Unary{UnaryKind::sigmoid}, {{.shape = {0, 4}}}));
  CHECK_FALSE(has_plan(Binary{BinaryKind::maximum}, {picture, picture}));
  CHECK_FALSE(has_plan(TopK{1}, {{.shape = {4}}}));
  using enum Interpolation;
  CHECK(has_plan(Interpolate2d{nearest, {12, 18}}, {picture}));
  CHECK_FALSE(has_plan(Interpolate2d{nearest, {4, 4}}, {picture}));
  CHECK_FALSE(has_plan(Interpolate2d{bilinear, {12, 12}, true}, {picture}));
}
