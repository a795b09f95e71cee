#include "mammo/models/detector.hpp"

#include "mammo/core/file.hpp"
#include "mammo/nn/safetensors.hpp"

namespace mammo::models {

Detector load_detector(const std::filesystem::path& folder) {
  const std::filesystem::path config_path = folder / "config.json";
  constexpr std::size_t config_limit = std::size_t{1} << 20;
  Detector detector;
  detector.config = parse_detector_config(read_text(config_path, config_limit), config_path.string());
  detector.weights_path = folder / "weights.safetensors";
  detector.network = std::make_unique<RetinaNet>(detector.config.network);
  const nn::SafeTensors weights(detector.weights_path);
  try {
    detector.network->load_state_dict(weights.tensors());
  } catch (const nn::StateDictError& error) {
    throw FileError(detector.weights_path.string(), error.what());
  }
  return detector;
}

} // namespace mammo::models
