#include "mammo/backend/dispatch.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/models/retinanet.hpp"
#include "mammo/nn/conv_transpose2d.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/group_norm.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/pooling.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <cmath>
#include <functional>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// Two 3x3 convolutions, each with a norm and a ReLU.
class DoubleConv : public nn::Module {
 public:
  DoubleConv(std::int64_t in, std::int64_t out)
      : conv1_({.in_channels = in, .out_channels = out, .kernel = 3, .padding = 1}),
        norm1_({.groups = 4, .channels = out}),
        conv2_({.in_channels = out, .out_channels = out, .kernel = 3, .padding = 1}),
        norm2_({.groups = 4, .channels = out}) {
    add("conv1", conv1_);
    add("norm1", norm1_);
    add("conv2", conv2_);
    add("norm2", norm2_);
  }

  Tensor forward(const Tensor& x) const {
    const Tensor y = relu(norm1_.forward(conv1_.forward(x)));
    return relu(norm2_.forward(conv2_.forward(y)));
  }

 private:
  nn::Conv2d conv1_;
  nn::GroupNorm norm1_;
  nn::Conv2d conv2_;
  nn::GroupNorm norm2_;
};

// A U-Net of three levels (Ronneberger et al. 2015), small.
class UNet : public nn::Module {
 public:
  UNet()
      : down1_(1, 8),
        down2_(8, 16),
        bottom_(16, 32),
        up2_({.in_channels = 32, .out_channels = 16, .kernel = 2, .stride = 2}),
        merge2_(32, 16),
        up1_({.in_channels = 16, .out_channels = 8, .kernel = 2, .stride = 2}),
        merge1_(16, 8),
        out_({.in_channels = 8, .out_channels = 1}) {
    add("down1", down1_);
    add("down2", down2_);
    add("bottom", bottom_);
    add("up2", up2_);
    add("merge2", merge2_);
    add("up1", up1_);
    add("merge1", merge1_);
    add("out", out_);
  }

  Tensor forward(const Tensor& x) const {
    const Tensor a = down1_.forward(x);
    const Tensor b = down2_.forward(max_pool2d(a, {}));
    const Tensor c = bottom_.forward(max_pool2d(b, {}));
    const Tensor d = merge2_.forward(concatenate(std::array{b, up2_.forward(c)}, 1));
    return out_.forward(merge1_.forward(concatenate(std::array{a, up1_.forward(d)}, 1)));
  }

 private:
  DoubleConv down1_;
  DoubleConv down2_;
  DoubleConv bottom_;
  nn::ConvTranspose2d up2_;
  DoubleConv merge2_;
  nn::ConvTranspose2d up1_;
  DoubleConv merge1_;
  nn::Conv2d out_;
};

// 1 where the mean over the 3x3 pixels around is above 0.
Tensor mask_of(const Tensor& x) {
  const ExecutionScope scope({.backend = "reference"});
  Tensor mask = average_pool2d(x.to(DType::f64), {.kernel = 3, .stride = 1, .padding = 1}).plain().clone();
  for (double& value : mask.mutable_data<double>()) value = value > 0 ? 1 : 0;
  return mask.to(x.dtype());
}

double norm_of(const Tensor& tensor) {
  double squares = 0;
  for (const double value : test::as_doubles(tensor)) squares += value * value;
  return std::sqrt(squares);
}

// tests/goldens/record_training.py: the loss before each of twenty steps, the norm of every tensor after.
void check_steps(const std::string& name, nn::Module& net, double rate,
                 const std::function<Tensor(int step)>& loss_at) {
  const nn::SafeTensors golden(test::golden("models/training.safetensors"));
  const Tensor losses = golden.tensor(name + ".losses");
  const Tensor norms = golden.tensor(name + ".norms");
  // Where oneDNN has the convolutions, nothing may need reference.
  const ExecutionScope scope({.strict = find_backend("onednn") != nullptr});
  load_by_formula(net);
  net.set_trainable("*");
  net.train();
  nn::Optimizer optimizer(nn::Sgd{.rate = rate, .momentum = 0.9, .weight_decay = 1e-4});
  for (int step = 0; step < 20; ++step) {
    INFO(name << " at step " << step);
    const Tensor loss = loss_at(step);
    nn::clear_gradients(net);
    backward(loss);
    optimizer.step(net);
    CHECK(test::as_doubles(loss)[0] ==
          Approx(losses.data<double>()[static_cast<std::size_t>(step)]).epsilon(1e-4));
    std::int64_t place = 0;
    for (const auto& [tensor_name, tensor] : net.state_dict()) {
      INFO(tensor_name);
      CHECK(norm_of(tensor) == Approx(norms.select(0, step).select(0, place++).item<double>()).epsilon(1e-4));
    }
    REQUIRE(place == norms.size(1));
  }
}

} // namespace

TEST_CASE("twenty steps of a small ResNet follow PyTorch's") {
  models::ResNet net({.depth = 18, .width_factor = 0.25, .num_classes = 4});
  const Tensor classes = Tensor::from<std::int64_t>({0, 1, 2, 3}, {4});
  check_steps("resnet", net, 0.002, [&](int step) {
    const Tensor x = nn::formula_tensor(concat("resnet.x", step), {4, 3, 48, 48});
    return cross_entropy_loss(net.forward(x), classes);
  });
}

TEST_CASE("twenty steps of a small U-Net follow PyTorch's") {
  UNet net;
  check_steps("unet", net, 0.05, [&](int step) {
    const Tensor x = nn::formula_tensor(concat("unet.x", step), {2, 1, 16, 16});
    return bce_loss(net.forward(x), mask_of(x));
  });
}

TEST_CASE("a RetinaNet trains and infers in strict mode, its frozen stem without a record") {
  if (!find_backend("onednn")) test::skip("built without oneDNN, which has the convolutions");
  const ExecutionScope scope({.strict = true});
  models::RetinaNet net(
      {.backbone = {.depth = 50, .width_factor = 0.125, .frozen_norm = true, .num_classes = 0},
       .pyramid_channels = 16,
       .head_depth = 1,
       .num_classes = 1,
       .anchors = {{{32}, {64}, {128}, {256}, {512}}, {1}}});
  load_by_formula(net);
  net.set_trainable("*");
  net.set_trainable("backbone.body.conv1.*", false);
  net.train();
  const Tensor x = nn::formula_tensor("x", {2, 3, 96, 64});
  nn::Optimizer optimizer(nn::Adam{.rate = 1e-3, .decoupled = true});
  const auto loss_now = [&] {
    const auto output = net.forward(x);
    const Tensor classes = Tensor::zeros(output.cls_logits.shape());
    const Tensor offsets = Tensor::zeros(output.bbox_regression.shape());
    return add(focal_loss(output.cls_logits, classes), smooth_l1_loss(output.bbox_regression, offsets));
  };
  const double first = loss_now().item<float>();
  for (int step = 0; step < 5; ++step) {
    nn::clear_gradients(net);
    backward(loss_now());
    optimizer.step(net);
  }
  CHECK(loss_now().item<float>() < 0.7 * first);
  for (const auto& entry : net.named_parameters()) {
    INFO(entry.name);
    CHECK(grad(entry.tensor).defined() == !entry.name.starts_with("backbone.body.conv1."));
  }
  net.eval();
  const NoGrad off;
  CHECK_NOTHROW(net.postprocess(net.forward(x)));
}
