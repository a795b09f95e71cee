#include "mammo/models/presence.hpp"

#include "mammo/core/error.hpp"
#include "mammo/models/flip_augmentation.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/views.hpp"
#include "models/lesion_input_fields.hpp"
#include "models/model_files.hpp"
#include "models/resnet_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

namespace mammo::models {

template <class Visitor>
static void describe(Visitor& field, Is<PresenceFusion> auto& c) {
  field("least_score", c.least_score);
  field("detector", c.detector);
  field("presence", c.presence);
  field("bias", c.bias);
  field("box", c.box);
  field("nms_threshold", c.nms_threshold);
}

template <class Visitor>
static void describe(Visitor& field, Is<PresenceConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("mirrored", c.mirrored);
  field("fusion", c.fusion);
}

namespace {

constexpr std::int64_t outputs = 5;

void check(const PresenceConfig& config) {
  require<Error>(config.architecture == "resnet", "architecture is \"", config.architecture,
                 "\", expected resnet");
  const ResNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(config.network.input_channels == 1 && config.network.num_classes == outputs,
                 "network.input_channels is ", config.network.input_channels, " and network.num_classes is ",
                 config.network.num_classes, ", expected 1 and ", outputs);
  check_lesion_input(config.input);
  const auto in = [](const char* key, double value, double low, double high) {
    require<Error>(value >= low && value <= high, "fusion.", key, " is ", value, ", expected ", low, " to ",
                   high);
  };
  in("least_score", config.fusion.least_score, 0, 1);
  in("detector", config.fusion.detector, 0, 100);
  in("presence", config.fusion.presence, 0, 100);
  in("bias", config.fusion.bias, -100, 100);
  in("box", config.fusion.box, 0, 1);
  in("nms_threshold", config.fusion.nms_threshold, 0, 1);
}

/// The square in the window's middle that the mark's longer side makes, for each of `count` windows.
Tensor middle_squares(std::int64_t count, const LesionInputConfig& input) {
  const auto size = static_cast<double>(input.size);
  const auto low = static_cast<float>((size - size / input.context) / 2);
  const auto high = static_cast<float>((size + size / input.context) / 2);
  Tensor squares = Tensor::empty({count, 4});
  const auto values = squares.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 4 < 2 ? low : high;
  return squares;
}

/// One way of showing a window, and how what is seen in it lies in the window itself.
struct Mirroring {
  bool left_right = false;
  bool up_down = false;

  Tensor of(const Tensor& images) const {
    const Tensor turned = left_right ? models::mirrored(images) : images;
    return up_down ? upside_down(turned) : turned;
  }
  /// (x1, y1, x2, y2), in place.
  void undo(std::span<float, 4> box, float size) const {
    if (left_right) box[0] = size - std::exchange(box[2], size - box[0]);
    if (up_down) box[1] = size - std::exchange(box[3], size - box[1]);
  }
};

} // namespace

PresenceModel load_presence(const std::filesystem::path& folder) {
  return load_model<PresenceModel>(folder, parse_presence_config);
}

PresenceConfig parse_presence_config(const std::string& json, const std::string& where) {
  return parse_model_config<PresenceConfig>(json, where, check);
}

std::string to_json(const PresenceConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

PresenceOutput forward_presence(const ResNet& network, const LesionInputConfig& input, const Tensor& images) {
  const Tensor y = network.forward(images);
  return {.logits = slice(y, 1, 0, 1),
          .boxes = box_decode(slice(y, 1, 1, outputs), middle_squares(images.size(0), input))};
}

std::vector<SecondLook> look_again(const ResNet& network, const PresenceConfig& config,
                                   const Tensor& images) {
  const NoGrad off;
  std::vector<Mirroring> ways{{}};
  if (config.mirrored)
    ways = {{}, {.left_right = true}, {.up_down = true}, {.left_right = true, .up_down = true}};
  const auto share = 1 / static_cast<double>(ways.size());
  std::vector<SecondLook> looks(static_cast<std::size_t>(images.size(0)));
  for (const Mirroring& way : ways) {
    const PresenceOutput seen = forward_presence(network, config.input, way.of(images));
    const Tensor logits = seen.logits.plain().to(DType::f32).contiguous();
    const Tensor boxes = seen.boxes.plain().to(DType::f32).contiguous();
    for (std::size_t i = 0; i < looks.size(); ++i) {
      std::array<float, 4> b{};
      std::copy_n(&boxes.data<float>()[i * 4], 4, b.begin());
      way.undo(b, static_cast<float>(config.input.size));
      looks[i].logit += share * static_cast<double>(logits.data<float>()[i]);
      looks[i].box.x += share * static_cast<double>(b[0]);
      looks[i].box.y += share * static_cast<double>(b[1]);
      looks[i].box.width += share * static_cast<double>(b[2] - b[0]);
      looks[i].box.height += share * static_cast<double>(b[3] - b[1]);
    }
  }
  return looks;
}

double fused_score(double detector_score, double presence_logit, const PresenceFusion& fusion) {
  constexpr double least = 1e-6; // keeps logits finite
  const double p = std::clamp(detector_score, least, 1 - least);
  const double logit =
      fusion.detector * std::log(p / (1 - p)) + fusion.presence * presence_logit + fusion.bias;
  return 1 / (1 + std::exp(-logit));
}

Box fused_box(const Box& detector, const Box& second, const PresenceFusion& fusion) {
  const auto mean = [&](double a, double b) { return (1 - fusion.box) * a + fusion.box * b; };
  return {mean(detector.x, second.x), mean(detector.y, second.y), mean(detector.width, second.width),
          mean(detector.height, second.height)};
}

} // namespace mammo::models
