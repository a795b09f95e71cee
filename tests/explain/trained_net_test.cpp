// A map of a network that has learned something points at it, and is another where the network has not.
#include "mammo/core/random.hpp"
#include "mammo/explain/grad_cam.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/integrated_gradients.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/explain/occlusion.hpp"
#include "mammo/explain/smooth_grad.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

constexpr std::int64_t size = 40;
constexpr double radius = 5;

// Three convolutions, and the best place counts: pictures [N, 1, H, W] -> logits [N, 1].
class Net : public nn::Module {
 public:
  explicit Net(std::uint64_t seed)
      : conv1_({.in_channels = 1, .out_channels = 8, .kernel = 5, .padding = 2}),
        conv2_({.in_channels = 8, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1}),
        conv3_({.in_channels = 16, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1}),
        disc_({.in_features = 16, .out_features = 1}) {
    add("conv1", conv1_);
    add("conv2", conv2_);
    add("conv3", conv3_);
    add("disc", disc_);
    Generator generator(seed);
    initialize(*this, generator);
  }

  Tensor features(const Tensor& x) const {
    const Tensor y = conv2_.forward(conv1_.forward(x, Activation::relu), Activation::relu);
    return conv3_.forward(y, Activation::relu);
  }
  Tensor score(const Tensor& features) const {
    return disc_.forward(flatten(adaptive_max_pool2d(features, 1)));
  }

 private:
  nn::Conv2d conv1_;
  nn::Conv2d conv2_;
  nn::Conv2d conv3_;
  nn::Linear disc_;
};

struct Picture {
  Tensor pixels; // [1, 1, size, size]
  double x = 0;  // of the object's middle
  double y = 0;
};

// Noise, and in it a disc or a ring of the same brightness.
Picture draw(std::uint64_t number, bool disc) {
  Generator generator(2024, number);
  Picture picture{.pixels = random_normal({1, 1, size, size}, 0, 0.3, generator),
                  .x = generator.uniform(8, size - 8),
                  .y = generator.uniform(8, size - 8)};
  const auto pixels = picture.pixels.mutable_data<float>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double dx = static_cast<double>(i % size) - picture.x;
    const double dy = static_cast<double>(i / size) - picture.y;
    const double distance = std::hypot(dx, dy);
    if (distance < radius && (disc || distance > radius - 2)) pixels[i] += 1.5F;
  }
  return picture;
}

std::unique_ptr<Net> trained(std::uint64_t seed) {
  auto net = std::make_unique<Net>(seed);
  net->set_trainable("*");
  nn::Optimizer optimizer(nn::Adam{.rate = 0.01});
  std::uint64_t number = 1000;
  for (int step = 0; step < 120; ++step) {
    nn::clear_gradients(*net);
    for (int i = 0; i < 16; ++i) {
      const bool disc = i % 2 == 0;
      const Tensor logit = net->score(net->features(draw(number++, disc).pixels));
      backward(bce_loss(logit, Tensor::full({1, 1}, disc ? 1 : 0)));
    }
    nn::scale_gradients(*net, 1.0 / 16);
    optimizer.step(*net);
  }
  net->set_trainable("*", false);
  return net;
}

using Maps = std::map<std::string, Tensor>;

Maps maps_of(const Net& net, const Tensor& x) {
  const auto score = [&](const Tensor& input) { return net.score(net.features(input)); };
  const auto features = [&](const Tensor& input) {
    const Tensor map = net.features(input);
    return explain::FeaturesAndScore{map, net.score(map)};
  };
  return {{"input gradient", explain::input_gradient(score, x)},
          {"SmoothGrad", explain::smooth_grad(score, x)},
          {"integrated gradients", explain::integrated_gradients(score, x)},
          {"Grad-CAM", explain::grad_cam(features, x)},
          {"occlusion", explain::occlusion(score, x, {.window = 8, .stride = 2})}};
}

// Spearman's: of the ranks, equal values sharing their mean rank.
std::vector<double> ranks(const Tensor& map) {
  const auto values = test::as_doubles(map);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) result[order[i]] = static_cast<double>(first + last) / 2;
    first = last + 1;
  }
  return result;
}

double rank_correlation(const Tensor& a, const Tensor& b) {
  const auto ra = ranks(a);
  const auto rb = ranks(b);
  const double middle = static_cast<double>(ra.size() - 1) / 2;
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < ra.size(); ++i) {
    ab += (ra[i] - middle) * (rb[i] - middle);
    aa += (ra[i] - middle) * (ra[i] - middle);
    bb += (rb[i] - middle) * (rb[i] - middle);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

constexpr int pictures = 20;

// How many of the pictures' maps peak within two pixels of the disc.
std::map<std::string, int> hits(const Net& net) {
  std::map<std::string, int> found;
  for (int i = 0; i < pictures; ++i) {
    const Picture picture = draw(static_cast<std::uint64_t>(i), true);
    for (const auto& [name, map] : maps_of(net, picture.pixels)) {
      const auto peak = explain::peak_of(explain::blurred(map, 2));
      const double away = std::hypot(static_cast<double>(peak.column) - picture.x,
                                     static_cast<double>(peak.row) - picture.y);
      found[name] += away < radius + 2;
    }
  }
  return found;
}

std::map<std::string, double> mean_rank_correlation(const Net& a, const Net& b) {
  std::map<std::string, double> means;
  for (int i = 0; i < pictures; ++i) {
    const Tensor x = draw(static_cast<std::uint64_t>(i), true).pixels;
    const Maps of_b = maps_of(b, x);
    for (const auto& [name, map] : maps_of(a, x)) {
      const double r = rank_correlation(explain::blurred(map, 1), explain::blurred(of_b.at(name), 1));
      means[name] += r / pictures;
    }
  }
  return means;
}

} // namespace

TEST_CASE("maps of a trained network point at what it has learned to see", "[slow]") {
  const auto net = trained(1);
  int right = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    right += net->score(net->features(draw(i, i % 2 == 0).pixels)).item<float>() > 0 == (i % 2 == 0);
  }
  REQUIRE(right >= 95);
  for (const auto& [name, count] : hits(*net)) {
    INFO(name);
    CHECK(count >= 18);
  }
  // By chance a peak would lie there in 10 % of the pictures.
  INFO("untrained");
  CHECK(hits(Net(1)).at("Grad-CAM") < 15);
}

TEST_CASE("maps change when the weights are random (Adebayo et al. 2018)", "[slow]") {
  const auto net = trained(1);
  const auto twin = trained(1);
  const Net random(3);
  for (const auto& [name, r] : mean_rank_correlation(*net, *twin)) {
    INFO(name);
    CHECK(r == Approx(1));
  }
  for (const auto& [name, r] : mean_rank_correlation(*net, random)) {
    INFO(name);
    CHECK(std::abs(r) < 0.4);
    WARN(name << " " << r);
  }
}
