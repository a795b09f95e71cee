#include "mammo/models/segmenter.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "models/model_files.hpp"
#include "models/transres_unet_fields.hpp"

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
  field("threshold", c.threshold);
  field("network", c.network);
}

namespace {

void check(const SegmenterConfig& config) {
  require<Error>(config.architecture == "transres_unet", "architecture is \"", config.architecture,
                 "\", expected transres_unet");
  require<Error>(config.context >= 1 && config.context <= 10, "context is ", config.context,
                 ", expected 1 to 10");
  require<Error>(config.threshold > 0 && config.threshold < 1, "threshold is ", config.threshold,
                 ", expected between 0 and 1");
  const TransResUNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(config.network.input_channels == 1 && config.network.num_classes == 1 &&
                     config.network.height == config.network.width,
                 "network of ", config.network.input_channels, " channels and ", config.network.num_classes,
                 " classes on ", config.network.height, " x ", config.network.width,
                 " pixels, expected 1 and 1 on a square");
}

/// A window [S, S] mirrored.
Tensor mirror_image(const Tensor& window, bool left_right, bool upside_down) {
  Tensor result = Tensor::empty(window.shape());
  const auto height = static_cast<std::size_t>(window.size(0));
  const auto width = static_cast<std::size_t>(window.size(1));
  const auto from = window.data<float>();
  const auto to = result.mutable_data<float>();
  for (std::size_t y = 0; y < height; ++y) {
    const auto row = from.subspan((upside_down ? height - 1 - y : y) * width, width);
    const auto target = to.subspan(y * width, width).begin();
    if (left_right) {
      std::ranges::reverse_copy(row, target);
    } else {
      std::ranges::copy(row, target);
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

Tensor outline_probabilities(const TransResUNet& network, const Tensor& window) {
  require<ShapeError>(window.rank() == 2, "window ", window.shape(), ", expected [S, S]");
  const NoGrad off;
  constexpr std::array<std::pair<bool, bool>, 4> mirrors{
      {{false, false}, {true, false}, {false, true}, {true, true}}};
  constexpr float share = 1.0F / static_cast<float>(mirrors.size());
  Tensor mean = Tensor::zeros(window.shape());
  for (const auto& [left_right, upside_down] : mirrors) {
    const Tensor seen = mirror_image(window, left_right, upside_down);
    const Tensor logits = network.forward(seen.reshape({1, 1, window.size(0), window.size(1)}));
    const Tensor found = sigmoid(logits).plain().reshape(window.shape());
    const Tensor back = mirror_image(found, left_right, upside_down);
    std::ranges::transform(back.data<float>(), mean.data<float>(), mean.mutable_data<float>().begin(),
                           [](float p, float sum) { return sum + share * p; });
  }
  return mean;
}

} // namespace mammo::models
