#include "mammo/models/presence.hpp"

#include "mammo/core/error.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/views.hpp"
#include "models/lesion_input_fields.hpp"
#include "models/model_files.hpp"
#include "models/resnet_fields.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

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

std::vector<SecondLook> look_again(const ResNet& network, const LesionInputConfig& input,
                                   const Tensor& images) {
  const NoGrad off;
  const PresenceOutput seen = forward_presence(network, input, images);
  const Tensor logits = seen.logits.plain().to(DType::f32).contiguous();
  const Tensor boxes = seen.boxes.plain().to(DType::f32).contiguous();
  std::vector<SecondLook> looks;
  for (std::size_t i = 0; i < static_cast<std::size_t>(images.size(0)); ++i) {
    const float* b = &boxes.data<float>()[i * 4];
    looks.push_back({.logit = static_cast<double>(logits.data<float>()[i]),
                     .box = {b[0], b[1], double{b[2]} - b[0], double{b[3]} - b[1]}});
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
