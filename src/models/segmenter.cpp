#include "mammo/models/segmenter.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "models/model_files.hpp"
#include "models/resnet_unet_fields.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace mammo::models {

template <class Visitor>
static void describe(Visitor& field, Is<SegmenterConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("context", c.context);
  field("side", c.side);
  field("threshold", c.threshold);
  field("network", c.network);
}

namespace {

constexpr std::int64_t stride = 32; // of the encoder

void check(const SegmenterConfig& config) {
  require<Error>(config.architecture == "resnet_unet", "architecture is \"", config.architecture,
                 "\", expected resnet_unet");
  require<Error>(config.context >= 1 && config.context <= 10, "context is ", config.context,
                 ", expected 1 to 10");
  require<Error>(config.threshold > 0 && config.threshold < 1, "threshold is ", config.threshold,
                 ", expected between 0 and 1");
  require<Error>(config.side >= stride && config.side <= 1024 && config.side % stride == 0, "side is ",
                 config.side, ", expected a multiple of ", stride, ", up to 1024");
  const ResNetUNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(config.network.num_classes == 1 && config.network.encoder.input_channels == 1,
                 "network.num_classes is ", config.network.num_classes,
                 " and network.encoder.input_channels is ", config.network.encoder.input_channels,
                 ", expected 1 and 1");
}

/// A plane [S, S] mirrored.
Tensor mirror_image(const Tensor& plane, bool left_right, bool upside_down) {
  Tensor result = Tensor::empty(plane.shape());
  const auto height = static_cast<std::size_t>(plane.size(0));
  const auto width = static_cast<std::size_t>(plane.size(1));
  const auto from = plane.data<float>();
  const auto to = result.mutable_data<float>();
  for (std::size_t row = 0; row < height; ++row) {
    const std::size_t other = upside_down ? height - 1 - row : row;
    const auto source = from.subspan(other * width, width);
    const auto target = to.subspan(row * width, width).begin();
    if (left_right) {
      std::ranges::reverse_copy(source, target);
    } else {
      std::ranges::copy(source, target);
    }
  }
  return result;
}

} // namespace

Segmenter load_segmenter(const std::filesystem::path& folder) {
  return load_model<Segmenter>(folder, parse_segmenter_config);
}

SegmenterConfig parse_segmenter_config(const std::string& json, const std::string& where) {
  return parse_model_config<SegmenterConfig>(json, where, check);
}

std::string to_json(const SegmenterConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

Tensor outline_probabilities(const ResNetUNet& network, const Tensor& window) {
  require<ShapeError>(window.rank() == 2, "window ", window.shape(), ", expected [S, S]");
  const NoGrad off;
  constexpr std::array<std::pair<bool, bool>, 4> mirrors{
      {{false, false}, {true, false}, {false, true}, {true, true}}};
  constexpr float share = 1.0F / static_cast<float>(mirrors.size());
  Tensor mean = Tensor::zeros(window.shape());
  for (const auto& [left_right, upside_down] : mirrors) {
    const Tensor seen = mirror_image(window, left_right, upside_down);
    const Tensor logits = network.forward(seen.reshape({1, 1, window.size(0), window.size(1)}));
    const Tensor found = sigmoid(logits).plain().reshape(mean.shape());
    const Tensor back = mirror_image(found, left_right, upside_down);
    std::ranges::transform(back.data<float>(), mean.data<float>(), mean.mutable_data<float>().begin(),
                           [](float p, float sum) { return sum + share * p; });
  }
  return mean;
}

} // namespace mammo::models
