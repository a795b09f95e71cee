#include "mammo/train/second_look.hpp"

#include "mammo/data/collate.hpp"
#include "mammo/ops/boxes.hpp"

#include <algorithm>
#include <cstdint>

namespace mammo::train {
namespace {

constexpr std::size_t at_once = 8; // memory: a batch of all of a film's marks has no need to be held

/// Those that no better one overlaps by more than the threshold, best first.
std::vector<ConfirmedMark> suppressed(const std::vector<ConfirmedMark>& marks, double nms_threshold) {
  const auto count = static_cast<std::int64_t>(marks.size());
  Tensor boxes = Tensor::empty({count, 4});
  Tensor scores = Tensor::empty({count});
  float* edge_to = boxes.mutable_data<float>().data();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Box& box = marks[i].box;
    for (const double edge : {box.x, box.y, box.right(), box.bottom()}) *edge_to++ = static_cast<float>(edge);
    scores.mutable_data<float>()[i] = static_cast<float>(marks[i].score);
  }
  std::vector<ConfirmedMark> kept;
  const Tensor stay = nms(boxes, scores, {.iou_threshold = nms_threshold}).contiguous();
  for (const std::int64_t i : stay.data<std::int64_t>()) kept.push_back(marks[static_cast<std::size_t>(i)]);
  return kept;
}

} // namespace

std::vector<ConfirmedMark> confirm_marks(const models::ResNet& network, const models::PresenceConfig& config,
                                         const LesionFilm& film, std::span<const Mark> marks) {
  std::vector<std::size_t> looked_at; // which of the marks
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].score >= config.fusion.least_score) looked_at.push_back(i);
  }
  std::vector<ConfirmedMark> confirmed;
  for (std::size_t first = 0; first < looked_at.size(); first += at_once) {
    const auto batch = std::span(looked_at).subspan(first, std::min(at_once, looked_at.size() - first));
    std::vector<Tensor> images;
    std::vector<AffineTransform> to_film;
    for (const std::size_t i : batch) {
      const FramedLesion framed = framed_lesion(film, marks[i].box, config.input);
      images.push_back(framed.image);
      to_film.push_back(framed.to_window.to_canvas.inverse());
    }
    const auto looks = models::look_again(network, config.input, data::stack(images));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Mark& mark = marks[batch[i]];
      const Box fused = models::fused_box(mark.box, to_film[i].apply(looks[i].box), config.fusion);
      const Box box =
          clip(fused, static_cast<double>(film.grey.size(1)), static_cast<double>(film.grey.size(0)));
      if (std::min(box.width, box.height) < 1) continue;
      confirmed.push_back({.mark = batch[i],
                           .box = box,
                           .score = models::fused_score(mark.score, looks[i].logit, config.fusion),
                           .presence = looks[i].logit});
    }
  }
  return suppressed(confirmed, config.fusion.nms_threshold);
}

} // namespace mammo::train
