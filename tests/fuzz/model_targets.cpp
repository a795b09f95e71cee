#include "mammo/models/detector.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/train/detector_recipe.hpp"
#include "tests/fuzz/refusal.hpp"

namespace mammo::fuzz {
namespace {

void safetensors(Bytes bytes) {
  const File file(bytes, "fuzzed.safetensors");
  may_refuse([&] { static_cast<void>(nn::SafeTensors(file.path()).tensors()); });
}

template <auto parse>
void json(Bytes bytes) {
  may_refuse([&] { static_cast<void>(parse(text_of(bytes), "fuzzed")); });
}

constexpr Target targets[] = {
    {"safetensors", safetensors},
    {"detector_config", json<models::parse_detector_config>},
    {"network_config", json<models::parse_network>},
    {"recipe", json<train::parse_detector_recipe>},
};

} // namespace

std::span<const Target> model_targets() {
  return targets;
}

} // namespace mammo::fuzz
