// A map of a network that has learned something points at it, and is another where the network has not.
#include "mammo/core/geometry.hpp"
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
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"
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

// Three convolutions: pictures [N, 1, H, W] -> logits [N, 1].
class Net : public nn::Module {
 public:
  explicit Net(std::uint64_t seed)
      : conv1_({.in_channels = 1, .out_channels = 8, .kernel = 5, .padding = 2}),
        conv2_({.in_channels = 8, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1}),
        conv3_({.in_channels = 16, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1}),
        wanted_({.in_features = 16, .out_features = 1}) {
    add("conv1", conv1_);
    add("conv2", conv2_);
    add("conv3", conv3_);
    add("wanted", wanted_);
    Generator generator(seed);
    initialize(*this, generator);
  }

  Tensor features(const Tensor& x) const {
    const Tensor y = conv2_.forward(conv1_.forward(x, Activation::relu), Activation::relu);
    return conv3_.forward(y, Activation::relu);
  }
  Tensor score(const Tensor& features) const { return wanted_.forward(max(features, {2, 3})); }

 private:
  nn::Conv2d conv1_;
  nn::Conv2d conv2_;
  nn::Conv2d conv3_;
  nn::Linear wanted_;
};

double distance(std::size_t place, Point middle) {
  const std::size_t row = place / size;
  return std::hypot(static_cast<double>(place % size) - middle.x, static_cast<double>(row) - middle.y);
}

struct Picture {
  Tensor pixels; // [1, 1, size, size]
  Point wanted;  // the middle of the disc with lines from left to right, where there is one
  Point other;   // that of a disc with lines from top to bottom
};

// Noise with a striped disc in each of two opposite quarters; all stripes run down, or those of one disc
// across. A network that has learned nothing has no liking for one of them.
Picture draw(std::uint64_t number, bool with_wanted) {
  Generator generator(2024, number);
  Picture picture{.pixels = random_normal({1, 1, size, size}, 0, 0.3, generator), .wanted = {}, .other = {}};
  const auto pixels = picture.pixels.mutable_data<float>();
  const bool falling = generator.below(2) == 1;
  const bool wanted_first = generator.below(2) == 1;
  for (const bool first : {true, false}) {
    const double left = first ? 7 : 25;
    const double top = first == falling ? 7 : 25;
    const Point middle{generator.uniform(left, left + 8), generator.uniform(top, top + 8)};
    const bool is_wanted = with_wanted && first == wanted_first;
    (is_wanted ? picture.wanted : picture.other) = middle;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::size_t across = is_wanted ? i / size : i % size;
      if (distance(i, middle) < radius && across % 4 < 2) pixels[i] += 1.5F;
    }
  }
  return picture;
}

std::unique_ptr<Net> trained(std::uint64_t seed) {
  constexpr std::uint64_t batch = 16;
  auto net = std::make_unique<Net>(seed);
  net->set_trainable("*");
  nn::Optimizer optimizer(nn::Adam{.rate = 0.01});
  Tensor labels = Tensor::zeros({batch, 1});
  for (std::size_t i = 0; i < batch; i += 2) labels.mutable_data<float>()[i] = 1;
  for (std::uint64_t step = 0; step < 200; ++step) {
    std::vector<Tensor> pictures;
    for (std::uint64_t i = 0; i < batch; ++i) {
      pictures.push_back(draw(1000 + step * batch + i, i % 2 == 0).pixels);
    }
    nn::clear_gradients(*net);
    backward(bce_loss(net->score(net->features(concatenate(pictures, 0))), labels));
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
std::vector<double> ranks(const std::vector<double>& values) {
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

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
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

// The map on the discs. Around them every network sees little: two maps would agree on that alone.
std::vector<double> on_objects(const Tensor& map, const Picture& picture) {
  const auto values = test::as_doubles(explain::blurred(map, 1));
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::min(distance(i, picture.wanted), distance(i, picture.other)) < radius + 1)
      result.push_back(values[i]);
  }
  return result;
}

constexpr int pictures = 20;
constexpr int compared = 6;

// How many of the pictures' maps peak within two pixels of the disc.
std::map<std::string, int> hits(const Net& net) {
  std::map<std::string, int> found;
  for (int i = 0; i < pictures; ++i) {
    const Picture picture = draw(static_cast<std::uint64_t>(i), true);
    for (const auto& [name, map] : maps_of(net, picture.pixels)) {
      const auto peak = explain::peak_of(explain::blurred(map, 2));
      found[name] +=
          distance(static_cast<std::size_t>(peak.row * size + peak.column), picture.wanted) < radius + 2;
    }
  }
  return found;
}

std::map<std::string, double> mean_rank_correlation(const Net& a, const Net& b) {
  std::map<std::string, double> means;
  for (int i = 0; i < compared; ++i) {
    const Picture picture = draw(static_cast<std::uint64_t>(i), true);
    const Maps of_b = maps_of(b, picture.pixels);
    for (const auto& [name, map] : maps_of(a, picture.pixels)) {
      means[name] +=
          rank_correlation(on_objects(map, picture), on_objects(of_b.at(name), picture)) / compared;
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
}

TEST_CASE("maps change when the weights are random (Adebayo et al. 2018)", "[slow]") {
  const auto net = trained(1);
  const auto twin = trained(2);
  std::map<std::string, double> with_random;
  for (const std::uint64_t seed : {3, 4, 5, 6, 7}) {
    for (const auto& [name, r] : mean_rank_correlation(*net, Net(seed))) with_random[name] += r / 5;
  }
  // docs/saliency.md has the numbers. What depends on the picture alone, as edges do, would have 1 for both.
  for (const auto& [name, r] : mean_rank_correlation(*net, *twin)) {
    INFO(name);
    CHECK(std::abs(with_random.at(name)) < 0.45);
    CHECK(r > 0.7);
  }
}
