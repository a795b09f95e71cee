#include "mammo/models/density.hpp"

#include "mammo/models/flip_augmentation.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/normalization.hpp"
#include "models/input_config_fields.hpp"
#include "models/model_files.hpp"
#include "models/resnet_unet_fields.hpp"
#include "models/segmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace mammo::models {

template <class Visitor>
static void describe(Visitor& field, Is<DensityConfig> auto& c) {
  field("architecture", c.architecture);
  field("name", c.name);
  field("version", c.version);
  field("input", c.input);
  field("network", c.network);
  field("cut_points", c.cut_points);
  field("scales", c.scales);
  field("fibroglandular_weight", c.fibroglandular_weight);
}

namespace {

constexpr std::int64_t stride = 32; // of the encoder

void check(const DensityConfig& config) {
  require<Error>(config.architecture == "resnet_unet", "architecture is \"", config.architecture,
                 "\", expected resnet_unet");
  const ResNetUNet network(config.network); // throws on an architecture that cannot be built
  require<Error>(config.network.num_classes == tissue_classes && config.network.encoder.input_channels == 1,
                 "network.num_classes is ", config.network.num_classes,
                 " and network.encoder.input_channels is ", config.network.encoder.input_channels,
                 ", expected ", tissue_classes, " and 1");
  check_canvas(config.input);
  const InputConfig::Canvas& canvas = config.input.canvas;
  require<Error>(canvas.height % stride == 0 && canvas.width % stride == 0, "input.canvas is ", canvas.height,
                 " x ", canvas.width, ", expected multiples of ", stride);
  const std::vector<double>& cuts = config.cut_points;
  const bool within = cuts.size() == 3 && cuts.front() > 0 && cuts.back() < 1;
  require<Error>(within && std::ranges::is_sorted(cuts),
                 "cut_points: expected three rising numbers between 0 and 1");
  const std::vector<double>& scales = config.scales;
  const bool in_range = std::ranges::all_of(scales, [](double scale) { return scale >= 0.5 && scale <= 4; });
  require<Error>(!scales.empty() && scales.size() <= 8 && in_range,
                 "scales: expected 1 to 8 numbers between 0.5 and 4");
  require<Error>(config.fibroglandular_weight > 0 && config.fibroglandular_weight <= 100,
                 "fibroglandular_weight is ", config.fibroglandular_weight, ", expected above 0, up to 100");
}

} // namespace

DensityModel load_density_model(const std::filesystem::path& folder) {
  return load_model<DensityModel>(folder, parse_density_config);
}

DensityConfig read_density_config(const std::filesystem::path& folder) {
  return read_model_config(folder, parse_density_config);
}

DensityConfig parse_density_config(const std::string& json, const std::string& where) {
  return parse_model_config<DensityConfig>(json, where, check);
}

std::string to_json(const DensityConfig& config) {
  return JsonWriter::write(config).dump(2) + '\n';
}

Tensor tissue_probabilities(const ResNetUNet& network, const Tensor& input) {
  const NoGrad off;
  const Tensor seen = softmax(network.forward(input), 1).plain();
  const Tensor other = mirrored(softmax(network.forward(mirrored(input)), 1));
  Tensor mean = Tensor::empty({seen.size(1), seen.size(2), seen.size(3)});
  const auto a = seen.data<float>();
  const auto b = other.data<float>();
  std::ranges::transform(a, b, mean.mutable_data<float>().begin(),
                         [](float x, float y) { return (x + y) / 2; });
  return mean;
}

std::vector<Size2d> density_canvases(const DensityConfig& config) {
  std::vector<double> scales = config.scales;
  std::ranges::sort(scales, std::greater<>());
  std::vector<Size2d> canvases;
  for (const double scale : scales) {
    const auto scaled = [=](std::int64_t side) {
      return std::max(std::int64_t{1},
                      std::int64_t{std::llround(static_cast<double>(side) * scale / stride)}) *
             stride;
    };
    canvases.push_back({scaled(config.input.canvas.height), scaled(config.input.canvas.width)});
  }
  return canvases;
}

Tensor most_probable_tissue(const Tensor& probabilities, double fibroglandular_weight) {
  const auto pixels = static_cast<std::size_t>(probabilities.size(1) * probabilities.size(2));
  const auto p = probabilities.data<float>();
  std::array<float, tissue_classes> weights{1, 1, 1, 1};
  weights[static_cast<std::size_t>(TissueClass::fibroglandular)] = static_cast<float>(fibroglandular_weight);
  Tensor map = Tensor::empty({probabilities.size(1), probabilities.size(2)}, {.dtype = DType::u8});
  const auto to = map.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < tissue_classes; ++c) {
      if (weights[c] * p[c * pixels + i] > weights[best] * p[best * pixels + i]) best = c;
    }
    to[i] = static_cast<std::uint8_t>(best);
  }
  return map;
}

double percent_density(const Tensor& probabilities) {
  require<ShapeError>(probabilities.rank() == 3 && probabilities.size(0) == tissue_classes,
                      "percent density of probabilities ", probabilities.shape(), ", expected [4, H, W]");
  const auto sum_of = [&](TissueClass tissue) {
    double sum = 0;
    for (const float p : probabilities.select(0, static_cast<std::int64_t>(tissue)).data<float>()) sum += p;
    return sum;
  };
  const double dense = sum_of(TissueClass::fibroglandular);
  const double breast = dense + sum_of(TissueClass::adipose);
  return breast > 0 ? dense / breast : 0;
}

char density_category(double density, const std::vector<double>& cut_points) {
  const auto reached = std::ranges::count_if(cut_points, [=](double cut) { return density >= cut; });
  return static_cast<char>('a' + reached);
}

} // namespace mammo::models
