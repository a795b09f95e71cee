#include "mammo/models/zoo.hpp"

#include "mammo/core/file.hpp"
#include "mammo/models/aunet.hpp"
#include "mammo/models/cascaded_unets.hpp"
#include "mammo/models/connected_unets.hpp"
#include "mammo/models/densenet.hpp"
#include "mammo/models/dilated_attention_resnet.hpp"
#include "mammo/models/pathology_ensemble.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/models/resnet_unet.hpp"
#include "mammo/models/retinanet.hpp"
#include "mammo/models/retinanet_recipe.hpp"
#include "mammo/models/screening_risk.hpp"
#include "mammo/models/transres_unet.hpp"
#include "mammo/models/transunet.hpp"
#include "mammo/models/unet.hpp"
#include "mammo/models/vit.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "models/architecture.hpp"
#include "models/aunet_fields.hpp"
#include "models/cascaded_unets_fields.hpp"
#include "models/connected_unets_fields.hpp"
#include "models/densenet_fields.hpp"
#include "models/dilated_attention_resnet_fields.hpp"
#include "models/pathology_ensemble_fields.hpp"
#include "models/resnet_fields.hpp"
#include "models/resnet_unet_fields.hpp"
#include "models/retinanet_fields.hpp"
#include "models/transres_unet_fields.hpp"
#include "models/transunet_fields.hpp"
#include "models/unet_fields.hpp"
#include "models/vit_fields.hpp"

namespace mammo::models {
namespace {

// An architecture is added here: a function that says what there is to say about it, and its name in the
// table below.

std::vector<NetworkInput> one_picture(std::int64_t channels, Size2d size) {
  return {{"image", {1, channels, size.height, size.width}}};
}

// Features alone, as its weights on ImageNet.
const ResNetConfig resnet50_half{.width_factor = 0.5, .stride_on_1x1 = true, .num_classes = 0};

Architecture resnet() {
  return architecture<ResNet>(
      {.name = "resnet",
       .configurations = {{"resnet18", {.depth = 18}, 224},
                          {"resnet34", {.depth = 34}, 224},
                          {"resnet50", {.depth = 50}, 224},
                          {"resnet50_half", resnet50_half, 224},
                          {"resnet50_dilated", {.replace_stride_with_dilation = {false, true, true}}, 224},
                          {"seresnet50", {.se_reduction = 16}, 224},
                          {"resnet101", {.depth = 101}, 224},
                          {"resnet152", {.depth = 152}, 224},
                          {"risk_resnet101", risk_resnet101(), risk_input_side}},
       .inputs = [](const ResNetConfig& c, Size2d size) { return one_picture(c.input_channels, size); },
       .forward = [](const ResNet& net, std::span<const Tensor> x) -> std::vector<NamedTensor> {
         if (net.config().num_classes > 0) return {{"logits", net.forward(x[0])}};
         const auto stages = net.features(x[0]);
         return {{"layer1", stages[0]}, {"layer2", stages[1]}, {"layer3", stages[2]}, {"layer4", stages[3]}};
       }});
}

Architecture densenet() {
  return architecture<DenseNet>(
      {.name = "densenet",
       .configurations = {{"densenet121", densenet121(), 224}, {"densenet201", densenet201(), 224}},
       .inputs = [](const DenseNetConfig& c, Size2d size) { return one_picture(c.input_channels, size); },
       .forward = [](const DenseNet& net, std::span<const Tensor> x) -> std::vector<NamedTensor> {
         return {{"logits", net.forward(x[0])}};
       }});
}

Architecture vit() {
  return architecture<VisionTransformer>(
      {.name = "vit",
       .configurations = {{"vit_tiny_patch16_224", vit_tiny(), 224},
                          {"vit_small_patch16_224", vit_small(), 224}},
       .inputs = [](const VisionTransformerConfig& c,
                    Size2d) { return one_picture(c.input_channels, {c.height, c.width}); },
       .forward = [](const VisionTransformer& net, std::span<const Tensor> x) -> std::vector<NamedTensor> {
         return {{"logits", net.forward(x[0])}};
       }});
}

Architecture dilated_attention_resnet() {
  return architecture<DilatedAttentionResNet>(
      {.name = "dilated_attention_resnet",
       .configurations = {{"dilated_attention_resnet50", {}, 224}},
       .inputs = [](const DilatedAttentionResNetConfig& c,
                    Size2d size) { return one_picture(c.input_channels, size); },
       .forward = [](const DilatedAttentionResNet& net, std::span<const Tensor> x)
           -> std::vector<NamedTensor> { return {{"logits", net.forward(x[0])}}; }});
}

// Crops are as large as the masks that seed 003's segmentation network draws on them.
Architecture pathology_ensemble() {
  return architecture<PathologyEnsemble>(
      {.name = "pathology_ensemble",
       .configurations = {{"pathology_ensemble_thesis", pathology_ensemble_thesis(), 256},
                          {"pathology_ensemble_half", pathology_ensemble_half(), 256}},
       .inputs =
           [](const PathologyEnsembleConfig& c, Size2d size) {
             std::vector<NetworkInput> inputs = one_picture(c.branch.input_channels, size);
             inputs.push_back({"mask", {1, 1, size.height, size.width}});
             return inputs;
           },
       .forward =
           [](const PathologyEnsemble& net, std::span<const Tensor> x) {
             const PathologyOutput y = net.forward(x[0], x[1]);
             std::vector<NamedTensor> outputs{{"pathology", y.pathology}};
             if (y.shape.defined()) outputs.push_back({"shape", y.shape});
             if (y.margin.defined()) outputs.push_back({"margin", y.margin});
             if (y.birads.defined()) outputs.push_back({"birads", y.birads});
             return outputs;
           }});
}

// The shipped detector's.
const RetinaNetConfig mass_detector{
    .backbone = {.width_factor = 0.5,
                 .stride_on_1x1 = true,
                 .input_channels = 1,
                 .frozen_norm = true,
                 .num_classes = 0},
    .pyramid_channels = 128,
    .extra_levels = ExtraLevels::pool,
    .num_classes = 2,
    .anchors = {.sizes = {{24, 30, 38}, {48, 60, 76}, {96, 120, 152}, {192, 241, 305}},
                .aspect_ratios = {0.75, 1.0, 1.35}},
    .detection = {
        .score_threshold = 0.02, .nms_threshold = 0.3, .max_detections = 30, .ignored_classes = {0}}};

Architecture retinanet() {
  return architecture<RetinaNet>(
      {.name = "retinanet",
       .configurations = {{"retinanet_resnet50_fpn", retinanet_torchvision().network, 800},
                          {"retinanet_thesis", retinanet_thesis().network, 640},
                          {"mass_detector", mass_detector, {800, 448}}},
       .inputs = [](const RetinaNetConfig& c,
                    Size2d size) { return one_picture(c.backbone.input_channels, size); },
       .forward = [](const RetinaNet& net, std::span<const Tensor> x) -> std::vector<NamedTensor> {
         const RetinaNetOutput output = net.forward(x[0]);
         return {{"cls_logits", output.cls_logits}, {"bbox_regression", output.bbox_regression}};
       }});
}

std::int64_t channels_of(const auto& config) {
  return config.input_channels;
}
std::int64_t channels_of(const ResNetUNetConfig& config) {
  return config.encoder.input_channels;
}
std::int64_t channels_of(const CascadedUNetsConfig& config) {
  return config.unet.input_channels;
}

// From a picture to a logit for each class and pixel.
template <class Net>
Architecture segmenter(const std::string& name,
                       std::vector<typename ArchitectureOf<Net>::Configuration> configurations) {
  return architecture<Net>(
      {.name = name,
       .configurations = std::move(configurations),
       .inputs = [](const ConfigOf<Net>& c, Size2d size) { return one_picture(channels_of(c), size); },
       .forward = [](const Net& net, std::span<const Tensor> x) -> std::vector<NamedTensor> {
         return {{"logits", net.forward(x[0])}};
       }});
}

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> table{
      resnet(),
      densenet(),
      dilated_attention_resnet(),
      pathology_ensemble(),
      vit(),
      retinanet(),
      segmenter<UNet>("unet", {{"unet", {}, 256},
                               {"residual_unet", residual_unet(), 256},
                               {"attention_unet", {.attention_gates = true}, 256}}),
      segmenter<ResNetUNet>("resnet_unet", {{"resnet34_unet", {}, 256}}),
      segmenter<TransResUNet>("transres_unet", {{"transres_unet_thesis", transres_unet_thesis(), 256},
                                                {"transres_unet_slim", transres_unet_slim(), 256}}),
      segmenter<AUNet>("aunet", {{"aunet", {}, 256}}),
      segmenter<ConnectedUNets>("connected_unets", {{"connected_unets", {}, 256}}),
      segmenter<TransUNet>("transunet", {{"transunet", {}, 224}}),
      segmenter<CascadedUNets>("cascaded_unets", {{"cascaded_unets", {}, 256}}),
  };
  return table;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

const Architecture& find_architecture(std::string_view name) {
  for (const Architecture& row : architectures()) {
    if (row.name == name) return row;
  }
  throw ArgumentError(
      concat("architecture is \"", name, "\", expected one of ", listed(architecture_names())));
}

} // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const Architecture& row : architectures()) names.push_back(row.name);
  return names;
}

std::vector<std::string> configuration_names() {
  std::vector<std::string> names;
  for (const Architecture& row : architectures()) {
    names.insert(names.end(), row.configurations.begin(), row.configurations.end());
  }
  return names;
}

std::vector<std::string> configuration_names(std::string_view architecture) {
  return find_architecture(architecture).configurations;
}

Network make_network(std::string_view name) {
  for (const Architecture& row : architectures()) {
    if (std::ranges::find(row.configurations, name) != row.configurations.end()) return row.make(name);
  }
  throw ArgumentError(
      concat("no network is called \"", name, "\", expected one of ", listed(configuration_names())));
}

Network parse_network(const std::string& json, const std::string& where) {
  try {
    const Json config = parse_json(json);
    require<Error>(config.is_object(), "the configuration is ", config.type_name(), ", expected an object");
    const Json architecture = config.value("architecture", Json("retinanet"));
    require<Error>(architecture.is_string(), "architecture is ", architecture.dump(), ", expected a text");
    const Architecture& row = find_architecture(architecture.get<std::string>());
    return row.parse(config.value("network", Json::object()));
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(where, error.what());
  }
}

std::vector<NamedTensor> example_inputs(const Network& network) {
  std::vector<NamedTensor> examples;
  for (const auto& [name, shape] : network.inputs) {
    examples.push_back({name, nn::formula_tensor(name, shape)});
  }
  return examples;
}

Network load_network(const std::filesystem::path& folder) {
  const std::filesystem::path config_path = folder / "config.json";
  constexpr std::size_t config_limit = std::size_t{1} << 20;
  Network network = parse_network(read_text(config_path, config_limit), config_path.string());
  const nn::SafeTensors weights(folder / "weights.safetensors");
  try {
    network.module->load_state_dict(weights.tensors());
  } catch (const nn::StateDictError& error) {
    throw FileError(weights.path().string(), error.what());
  }
  return network;
}

} // namespace mammo::models
