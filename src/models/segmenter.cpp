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
  require<Error>(config.network.input_channels == segmenter_channels && config.network.num_classes == 1 &&
                     config.network.height == config.network.width,
                 "network of ", config.network.input_channels, " channels and ", config.network.num_classes,
                 " classes on ", config.network.height, " x ", config.network.width,
                 " pixels, expected 3 and 1 on a square");
}

/// Planes [C, S, S] mirrored.
Tensor mirror_image(const Tensor& planes, bool left_right, bool upside_down) {
  Tensor result = Tensor::empty(planes.shape());
  const auto height = static_cast<std::size_t>(planes.size(1));
  const auto width = static_cast<std::size_t>(planes.size(2));
  const auto from = planes.data<float>();
  const auto to = result.mutable_data<float>();
  for (std::size_t row = 0; row < from.size() / width; ++row) {
    const std::size_t y = row % height;
    const std::size_t other = upside_down ? row - y + height - 1 - y : row;
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

Tensor outline_probabilities(const TransResUNet& network, const Tensor& window) {
  require<ShapeError>(window.rank() == 3 && window.size(0) == segmenter_channels, "window ", window.shape(),
                      ", expected [3, S, S]");
  const NoGrad off;
  constexpr std::array<std::pair<bool, bool>, 4> mirrors{
      {{false, false}, {true, false}, {false, true}, {true, true}}};
  constexpr float share = 1.0F / static_cast<float>(mirrors.size());
  Tensor mean = Tensor::zeros({1, window.size(1), window.size(2)});
  for (const auto& [left_right, upside_down] : mirrors) {
    const Tensor seen = mirror_image(window, left_right, upside_down);
    const Tensor logits =
        network.forward(seen.reshape({1, segmenter_channels, window.size(1), window.size(2)}));
    const Tensor found = sigmoid(logits).plain().reshape(mean.shape());
    const Tensor back = mirror_image(found, left_right, upside_down);
    std::ranges::transform(back.data<float>(), mean.data<float>(), mean.mutable_data<float>().begin(),
                           [](float p, float sum) { return sum + share * p; });
  }
  return mean.reshape({window.size(1), window.size(2)});
}

} // namespace mammo::models
