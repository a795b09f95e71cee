#include "tests/app/small_detector.hpp"

#include "mammo/core/file.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/files.hpp"

#include <fstream>
#include <string>

namespace mammo::test {

void put_small_detector(const std::filesystem::path& models) {
  const std::filesystem::path shipped = source_dir() / "models/detector/config.json";
  models::DetectorConfig config = models::parse_detector_config(read_text(shipped), shipped.string());
  config.name = "test-size-detector";
  config.input.working_height = 128;
  config.input.canvas.height = 128;
  config.input.canvas.width = 80;
  config.network.backbone.width_factor = 0.125;
  config.network.pyramid_channels = 16;
  config.network.head_depth = 1;
  config.network.detection.score_threshold = 0;
  models::RetinaNet network(config.network);
  nn::load_by_formula(network);
  // Grey levels, not numbers of order 1, go in: the heads' last weights are small, so that scores lie around
  // a half and boxes around their anchors.
  const nn::StateDict weights = network.state_dict();
  for (const auto& [name, tensor] : weights) {
    if (name.find("bbox_reg") == std::string::npos && name.find("cls_logits") == std::string::npos) continue;
    Tensor last = tensor;
    for (float& value : last.mutable_data<float>()) value *= 1e-3F;
  }
  std::filesystem::create_directories(models / "detector");
  std::ofstream(models / "detector/config.json") << models::to_json(config);
  nn::write_safetensors(models / "detector/weights.safetensors", weights);
}

std::string small_models() {
  struct Models {
    Models() { put_small_detector(folder.path()); }
    TemporaryFolder folder;
  };
  static const Models models;
  return models.folder.path().string();
}

} // namespace mammo::test
