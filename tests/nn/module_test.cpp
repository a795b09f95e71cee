#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"
#include "mammo/nn/name_pattern.hpp"
#include "mammo/ops/autograd.hpp"
#include "tests/support/compare.hpp"

#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using nn::StateDict;

namespace {

struct BlockConfig {
  std::int64_t channels = 2;
};

class Block : public nn::Module {
 public:
  explicit Block(const BlockConfig& config)
      : config_(config),
        conv_({.in_channels = config.channels, .out_channels = config.channels, .kernel = 3, .padding = 1}),
        norm_({.channels = config.channels}) {
    add("conv", conv_);
    add("path.norm", norm_);
    add_parameter("scale", scale_, {config.channels, 1, 1});
    for (int i = 0; i < 2; ++i) list_.emplace_back(nn::BatchNorm2dConfig{.channels = config.channels});
    add("list", list_);
  }

  void add_again() { add("conv", list_); }
  void add_nameless() { add("", list_); }
  void add_pattern() { add("conv*", list_); }
  const BlockConfig& config() const { return config_; }
  const nn::Conv2d& conv() const { return conv_; }
  const Tensor& scale() const { return scale_; }
  bool all_train() const { return training() && conv_.training() && list_[1].training(); }
  Tensor forward(const Tensor& x) const { return conv_norm(conv_, norm_, x); }

 private:
  BlockConfig config_;
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
  Tensor scale_;
  nn::ModuleList<nn::BatchNorm2d> list_;
};

std::vector<std::string> names(const std::vector<nn::StateEntry>& entries) {
  std::vector<std::string> result;
  for (const auto& entry : entries) result.push_back(entry.name);
  return result;
}

StateDict deep_copy(const StateDict& tensors) {
  StateDict copy;
  for (const auto& [name, tensor] : tensors) copy[name] = tensor.clone();
  return copy;
}

void check_same(const StateDict& actual, const StateDict& expected) {
  REQUIRE(actual.size() == expected.size());
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    CHECK(test::as_doubles(actual.at(name)) == test::as_doubles(tensor));
  }
}

static_assert(!std::is_copy_constructible_v<Block> && !std::is_move_constructible_v<Block>);
static_assert(!std::is_copy_assignable_v<Block> && !std::is_move_assignable_v<Block>);

} // namespace

TEST_CASE("a module knows its parameters and buffers by dotted names") {
  const Block block({.channels = 3});
  CHECK(names(block.named_parameters()) ==
        std::vector<std::string>{"scale", "conv.weight", "conv.bias", "path.norm.weight", "path.norm.bias",
                                 "list.0.weight", "list.0.bias", "list.1.weight", "list.1.bias"});
  CHECK(names(block.named_buffers()) ==
        std::vector<std::string>{"path.norm.running_mean", "path.norm.running_var", "list.0.running_mean",
                                 "list.0.running_var", "list.1.running_mean", "list.1.running_var"});
  CHECK(block.parameter_count() == 3 + 3 * 3 * 9 + 3 + 6 + 6 + 6);
}

TEST_CASE("a name given twice and an empty one are refused") {
  Block block({});
  CHECK_THROWS_AS(block.add_again(), ArgumentError);
  CHECK_THROWS_AS(block.add_nameless(), ArgumentError);
  CHECK_THROWS_AS(block.add_pattern(), ArgumentError);
}

TEST_CASE("a module without weights says so") {
  const Block block({});
  CHECK_THROWS_AS(block.state_dict(), TypeError);
  CHECK_THROWS_AS(block.forward(Tensor::zeros({1, 2, 4, 4})), TypeError);
  CHECK_THROWS_AS(block.conv().forward(Tensor::zeros({1, 2, 4, 4})), TypeError);
}

TEST_CASE("a state dict goes from one module into another") {
  Block a({});
  load_by_formula(a);
  Block b({});
  b.load_state_dict(a.state_dict());
  check_same(b.state_dict(), a.state_dict());

  Tensor shared = b.state_dict().at("scale");
  shared.mutable_data<float>()[0] = 42;
  CHECK(b.scale().data<float>()[0] == 42);
  CHECK(a.scale().data<float>()[0] != 42);
}

TEST_CASE("loading lists everything that is wrong and changes nothing") {
  Block block({});
  load_by_formula(block);
  const StateDict before = deep_copy(block.state_dict());
  StateDict wrong;
  for (const auto& [name, tensor] : before) wrong[name] = Tensor::zeros(tensor.shape());
  wrong.erase("scale");
  wrong.erase("list.1.bias");
  wrong["list.0.weight"] = Tensor::zeros({3});
  wrong["conv.bias"] = Tensor::zeros({2}, {.dtype = DType::i32});
  wrong["list.0.bias"] = Tensor();
  wrong["extra"] = Tensor::zeros({1});
  wrong["conv.num_batches_tracked"] = Tensor::zeros({}, {.dtype = DType::i64});
  try {
    block.load_state_dict(wrong);
    FAIL("loaded a state dict that does not fit");
  } catch (const nn::StateDictError& error) {
    CHECK(error.missing() == std::vector<std::string>{"scale", "list.1.bias"});
    CHECK(error.unexpected() == std::vector<std::string>{"conv.num_batches_tracked", "extra"});
    CHECK(error.misfits() == std::vector<std::string>{"conv.bias is i32, expected a floating type",
                                                      "list.0.weight is [3], expected [2]",
                                                      "list.0.bias is undefined"});
    const std::string what = error.what();
    for (const char* part : {"2 missing: scale, list.1.bias", "2 unexpected: conv.num_batches_tracked, extra",
                             "list.0.weight is [3], expected [2]"}) {
      INFO(what);
      CHECK(what.find(part) != std::string::npos);
    }
  }
  check_same(block.state_dict(), before);
}

TEST_CASE("a failed first load leaves a module without weights") {
  Block block({});
  CHECK_THROWS_AS(block.load_state_dict({}), nn::StateDictError);
  for (const auto& entry : block.state()) CHECK_FALSE(entry.tensor.defined());
}

TEST_CASE("a norm's count of batches may be there or not") {
  Block block({});
  load_by_formula(block);
  StateDict counted = deep_copy(block.state_dict());
  counted["path.norm.num_batches_tracked"] = Tensor::full({}, 7, {.dtype = DType::i64});
  CHECK_NOTHROW(block.load_state_dict(counted));
}

TEST_CASE("half-precision weights become the module's type") {
  const DType stored = GENERATE(DType::f16, DType::bf16, DType::f64);
  Block block({});
  load_by_formula(block);
  StateDict half;
  for (const auto& [name, tensor] : block.state_dict()) half[name] = tensor.to(stored);
  block.load_state_dict(half);
  for (const auto& [name, tensor] : block.state_dict()) {
    CHECK(tensor.dtype() == DType::f32);
    CHECK(test::as_doubles(tensor) == test::as_doubles(half.at(name).to(DType::f32)));
  }
}

TEST_CASE("a clone shares nothing with its original") {
  Block block({.channels = 3});
  load_by_formula(block);
  block.train();
  const StateDict before = deep_copy(block.state_dict());
  const std::unique_ptr<Block> copy = clone(block);
  CHECK(copy->all_train());
  CHECK(copy->config().channels == 3);
  check_same(copy->state_dict(), before);
  for (const auto& [name, tensor] : copy->state_dict()) {
    Tensor changed = tensor;
    changed.copy_from(Tensor::zeros(tensor.shape()));
  }
  check_same(block.state_dict(), before);
}

TEST_CASE("a clone of a module without weights has none, and keeps its type") {
  Block block({});
  block.to(DType::f64);
  const auto copy = clone(block);
  CHECK(copy->dtype() == DType::f64);
  CHECK_THROWS_AS(copy->state_dict(), TypeError);
  load_by_formula(*copy);
  CHECK(copy->scale().dtype() == DType::f64);
}

TEST_CASE("a module computes in f64 once converted") {
  Block block({});
  load_by_formula(block);
  const Tensor x = nn::formula_tensor("x", {1, 2, 5, 4});
  const Tensor narrow = block.forward(x);
  block.to(DType::f64);
  const Tensor wide = block.forward(x.to(DType::f64));
  CHECK(wide.dtype() == DType::f64);
  test::check_equal({{"f32 against f64", narrow, wide}}, 1e-5);
  CHECK_THROWS_AS(block.to(DType::f16), TypeError);
}

TEST_CASE("train and eval reach every module below") {
  Block block({});
  CHECK_FALSE(block.training());
  block.train();
  CHECK(block.all_train());
  block.eval();
  CHECK_FALSE(block.conv().training());
}

TEST_CASE("patterns choose names as a shell chooses files") {
  CHECK(nn::name_matches("body.layer1.0.conv1.weight", "body.layer1.*"));
  CHECK(nn::name_matches("body.layer1.0.conv1.weight", "*.weight"));
  CHECK(nn::name_matches("layer2.weight", "layer[1-3].weight"));
  CHECK(nn::name_matches("layer2.weight", "layer?.weight"));
  CHECK(nn::name_matches("layer2.weight", "layer2.weight"));
  CHECK_FALSE(nn::name_matches("layer2.weight", "layer2"));
  CHECK_FALSE(nn::name_matches("body.layer11.conv1.weight", "body.layer1.*"));
  CHECK(nn::is_pattern("*.bias"));
  CHECK_FALSE(nn::is_pattern("layer1.0.bias"));
}

namespace {

std::vector<std::string> trainable(const nn::Module& module) {
  std::vector<std::string> result;
  for (const auto& entry : module.state()) {
    if (!entry.trainable) continue;
    result.push_back(entry.name);
    CHECK((!entry.tensor.defined() || requires_grad(entry.tensor)));
  }
  return result;
}

} // namespace

TEST_CASE("parameters are frozen until they are let, by name, and buffers always") {
  Block block({});
  load_by_formula(block);
  CHECK(trainable(block).empty());
  block.set_trainable("*");
  CHECK(trainable(block) == names(block.named_parameters()));
  block.set_trainable("list.*", false);
  CHECK(trainable(block) ==
        std::vector<std::string>{"scale", "conv.weight", "conv.bias", "path.norm.weight", "path.norm.bias"});
  block.set_trainable("*norm*", false);
  block.set_trainable("conv.bias", false);
  CHECK(trainable(block) == std::vector<std::string>{"scale", "conv.weight"});
  CHECK_FALSE(requires_grad(block.state_dict().at("conv.bias")));
  CHECK_THROWS_AS(block.set_trainable("conv"), ArgumentError);
  CHECK_THROWS_AS(block.set_trainable("*.running_mean"), ArgumentError);
}

TEST_CASE("parameters stay trainable when weights are loaded, converted and cloned") {
  Block block({});
  block.set_trainable("conv.*");
  const std::vector<std::string> expected{"conv.weight", "conv.bias"};
  CHECK(trainable(block) == expected);
  CHECK(trainable(*clone(block)) == expected);
  load_by_formula(block);
  CHECK(trainable(block) == expected);
  block.to(DType::f32);
  CHECK(trainable(block) == expected);
  block.to(DType::f64);
  CHECK(trainable(block) == expected);
  load_by_formula(block);
  CHECK(trainable(block) == expected);
  const auto copy = clone(block);
  CHECK(trainable(*copy) == expected);
  set_grad(block.conv().weight(), block.conv().weight().detached());
  CHECK_FALSE(grad(copy->conv().weight()).defined());
}
