#include "mammo/models/soft_nms.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mammo::models {

std::vector<Detection> soft_nms(const std::vector<Detection>& detections, const SoftNmsConfig& config) {
  require<ArgumentError>(config.sigma > 0, "soft NMS with sigma ", config.sigma, ", expected more than 0");
  const auto decay = [&](double u) {
    if (config.decay == SoftNmsDecay::gaussian) return std::exp(-u * u / config.sigma);
    return u > config.iou_threshold ? 1 - u : 1.0;
  };
  std::vector<Detection> left = detections;
  std::vector<Detection> kept;
  while (!left.empty()) {
    const auto best = std::ranges::max_element(left, std::less<>(), &Detection::score);
    const Detection taken = *best;
    if (!(taken.score > config.score_threshold)) break;
    left.erase(best);
    kept.push_back(taken);
    for (Detection& other : left) {
      if (other.label == taken.label) other.score *= decay(iou(other.box, taken.box));
    }
  }
  return kept;
}

} // namespace mammo::models
