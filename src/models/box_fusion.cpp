#include "mammo/models/box_fusion.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace mammo::models {
namespace {

// Boxes that are taken to be the same, and the box that they make together; its score is their weighted sum.
struct Cluster {
  Detection fused;
  double best = 0;
  std::size_t count = 0;

  void add(const Detection& member) {
    const double sum = fused.score + member.score;
    const double share = member.score / sum;
    const auto towards = [share](double& edge, double other) { edge += share * (other - edge); };
    Box& box = fused.box;
    double right = box.right();
    double bottom = box.bottom();
    towards(box.x, member.box.x);
    towards(box.y, member.box.y);
    towards(right, member.box.right());
    towards(bottom, member.box.bottom());
    box.width = right - box.x;
    box.height = bottom - box.y;
    fused.score = sum;
    fused.label = member.label;
    best = std::max(best, member.score);
    ++count;
  }
};

std::vector<double> weights_of(std::size_t models, const BoxFusionConfig& config) {
  if (config.weights.empty()) return std::vector<double>(models, 1);
  require<ArgumentError>(config.weights.size() == models, config.weights.size(), " weights for the boxes of ",
                         models, " models");
  for (const double weight : config.weights) {
    require<ArgumentError>(weight > 0, "a model's weight ", weight, ", expected more than 0");
  }
  return config.weights;
}

// All boxes, their scores weighted, best first.
std::vector<Detection> weighted(std::span<const std::vector<Detection>> models,
                                const std::vector<double>& weights, double score_threshold) {
  std::vector<Detection> all;
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (Detection found : models[i]) {
      if (!(found.score > 0) || found.score < score_threshold || found.box.area() <= 0) continue;
      found.score *= weights[i];
      all.push_back(found);
    }
  }
  std::ranges::stable_sort(all, std::greater<>(), &Detection::score);
  return all;
}

Cluster* best_cluster(std::vector<Cluster>& clusters, const Detection& found, double threshold) {
  Cluster* best = nullptr;
  double best_iou = threshold;
  for (Cluster& cluster : clusters) {
    if (cluster.fused.label != found.label) continue;
    const double u = iou(cluster.fused.box, found.box);
    if (u <= best_iou) continue;
    best_iou = u;
    best = &cluster;
  }
  return best;
}

} // namespace

std::vector<Detection> fuse_boxes(std::span<const std::vector<Detection>> models,
                                  const BoxFusionConfig& config) {
  const std::vector<double> weights = weights_of(models.size(), config);
  std::vector<Cluster> clusters;
  for (const Detection& found : weighted(models, weights, config.score_threshold)) {
    Cluster* cluster = best_cluster(clusters, found, config.iou_threshold);
    (cluster ? *cluster : clusters.emplace_back()).add(found);
  }
  const double all_weights = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<Detection> fused;
  for (const Cluster& cluster : clusters) {
    Detection result = cluster.fused;
    if (config.score == FusedScore::maximum) {
      result.score = cluster.best / std::ranges::max(weights);
    } else {
      // A model with several boxes in the cluster must not count more than once.
      const double mean = cluster.fused.score / static_cast<double>(cluster.count);
      result.score = mean * static_cast<double>(std::min(cluster.count, models.size())) / all_weights;
    }
    fused.push_back(result);
  }
  std::ranges::stable_sort(fused, std::greater<>(), &Detection::score);
  return fused;
}

} // namespace mammo::models
