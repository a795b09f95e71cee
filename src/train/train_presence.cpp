#include "mammo/train/train_presence.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/train/lesion_windows.hpp"
#include "train/detector_measure.hpp"
#include "train/of_folds.hpp"
#include "train/train_task.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace mammo::train {
namespace {

/// A window as the network learns from it.
struct PresenceExample {
  Tensor image;           ///< f32 [1, S, S]
  double presence = 0;    ///< target of the logit
  std::optional<Box> box; ///< of the mass, in pixels of the window; none where there is none

  struct Batch {
    Tensor images;      ///< f32 [N, 1, S, S]
    Tensor presence;    ///< f32 [N, 1]
    Tensor boxes;       ///< f32 [N, 4], (x1, y1, x2, y2)
    Tensor box_weights; ///< f32 [N], which add up to 1, or to 0 where no window has a mass
  };
  static Batch collate(std::span<const PresenceExample> examples);
};

PresenceExample::Batch PresenceExample::collate(std::span<const PresenceExample> examples) {
  const auto count = static_cast<std::int64_t>(examples.size());
  const auto masses =
      std::ranges::count_if(examples, [](const PresenceExample& e) { return e.box.has_value(); });
  PresenceExample::Batch batch{.images = data::stack(data::gather(examples, &PresenceExample::image)),
                               .presence = Tensor::empty({count, 1}),
                               .boxes = Tensor::empty({count, 4}),
                               .box_weights = Tensor::zeros({count})};
  float* box_of = batch.boxes.mutable_data<float>().data();
  for (std::size_t i = 0; i < examples.size(); ++i) {
    batch.presence.mutable_data<float>()[i] = static_cast<float>(examples[i].presence);
    const Box box = examples[i].box.value_or(Box{0, 0, 1, 1}); // its weight is 0 where it is none
    for (const double edge : {box.x, box.y, box.right(), box.bottom()}) *box_of++ = static_cast<float>(edge);
    if (examples[i].box) batch.box_weights.mutable_data<float>()[i] = 1 / static_cast<float>(masses);
  }
  return batch;
}

/// Windows drawn from films: a data set whose every look at a film is another window. Films without a mass
/// and without a mark show nothing and are left out.
class MarkWindows {
 public:
  MarkWindows(MarkedFilms films, const models::PresenceConfig& config, const PresenceStage& stage)
      : films_(std::move(films)),
        input_(config.input),
        least_score_(config.fusion.least_score),
        jitter_{.shift = stage.jitter_shift, .scale = std::log1p(stage.jitter_size)},
        stage_(stage) {
    stage_.augmentation.height = input_.size;
    stage_.augmentation.width = input_.size;
    for (std::size_t i = 0; i < films_.size(); ++i) {
      const bool marked =
          std::ranges::any_of(films_[i].marks, [&](const Mark& mark) { return counts(mark); });
      if (marked || !films_[i].lesions.empty()) shown_.push_back(i);
    }
  }

  std::size_t size() const { return shown_.size(); }
  PresenceExample get(std::size_t index, Generator& generator) const {
    const MarkedFilm& film = films_[shown_[index]];
    const Choice choice = drawn(film, generator);
    const LesionChange change{.placement = data::draw_placement(stage_.augmentation, generator),
                              .grey = data::draw_grey_change(stage_.augmentation, generator)};
    const FramedLesion framed = framed_lesion(film.film, choice.window, input_, change);
    PresenceExample example{.image = framed.image, .presence = choice.presence, .box = {}};
    if (choice.lesion) example.box = image::ellipse_extent(framed.to_window, *choice.lesion);
    return example;
  }

 private:
  /// What a window is around, and what is in it.
  struct Choice {
    Box window;
    double presence = 0;
    std::optional<Box> lesion{};
  };

  bool counts(const Mark& mark) const { return mark.score >= least_score_; }

  /// One of the marks for which `is_one(mark)`, by chance in proportion to their scores; null where there is
  /// none.
  template <class IsOne>
  const MarkedFilm::Judged* drawn_mark(const MarkedFilm& film, Generator& generator, IsOne is_one) const {
    std::vector<const MarkedFilm::Judged*> marks;
    double sum = 0;
    for (const MarkedFilm::Judged& mark : film.marks) {
      if (!counts(mark) || !is_one(mark)) continue;
      marks.push_back(&mark);
      sum += mark.score;
    }
    double left = generator.uniform() * sum;
    for (const MarkedFilm::Judged* mark : marks) {
      left -= mark->score;
      if (left <= 0) return mark;
    }
    return marks.empty() ? nullptr : marks.back();
  }

  double presence_at(double overlap) const {
    if (overlap >= stage_.true_iou) return 1;
    return std::max(0.0, (overlap - stage_.false_iou) / (stage_.true_iou - stage_.false_iou));
  }

  Choice around_lesion(const MarkedFilm& film, Generator& generator) const {
    const std::size_t lesion = generator.below(static_cast<std::uint32_t>(film.lesions.size()));
    const Box& truth = film.lesions[lesion];
    const bool own = generator.uniform() < stage_.true_boxes;
    const auto* mark = drawn_mark(film, generator, [&](const MarkedFilm::Judged& m) {
      return m.lesion == lesion && m.overlap > stage_.false_iou;
    });
    if (own || !mark) return {jittered(truth, jitter_, generator), 1, truth};
    return {mark->box, presence_at(mark->overlap), truth};
  }

  Choice drawn(const MarkedFilm& film, Generator& generator) const {
    const bool mass = !film.lesions.empty() && generator.uniform() < stage_.masses;
    if (!mass) {
      const auto* mark = drawn_mark(
          film, generator, [&](const MarkedFilm::Judged& m) { return m.overlap <= stage_.false_iou; });
      if (mark) return {mark->box};
    }
    return around_lesion(film, generator);
  }

  MarkedFilms films_;
  models::LesionInputConfig input_;
  double least_score_;
  BoxJitter jitter_;
  PresenceStage stage_;
  std::vector<std::size_t> shown_; ///< which of the films
};

class PresenceTask final : public StageTask {
 public:
  PresenceTask(const PresenceTraining& training, const PresenceStage& stage)
      : config_(training.config),
        stage_(stage),
        films_(films_of(training, of_folds(training.films, stage.folds))),
        choosing_(films_of(training, of_folds(training.films, stage.choosing_folds))),
        windows_(films_, training.config, stage),
        network_(training.config.network) {}

  Names names() const override {
    return {
        .losses = {"presence", "box"}, .figures = {"ap", "ap50", "sensitivity_at_1"}, .chosen_by = "ap50"};
  }
  nn::Module& network() override { return network_; }
  void initialize(Generator& generator) override {
    nn::initialize(network_, generator);
    for (nn::StateEntry& entry : network_.state()) { // boxes begin as the mark's own
      if (entry.name == "fc.weight") entry.tensor.copy_from(random_normal(entry.shape, 0, 0.01, generator));
    }
  }
  nn::StateDict start_weights(nn::StateDict weights) override {
    nn::StateDict all = network_.state_dict();
    for (auto& [name, tensor] : weights) all.insert_or_assign(name, std::move(tensor));
    return models::with_grey_stem(std::move(all), network_);
  }
  std::size_t size() const override { return windows_.size(); }
  std::unique_ptr<BatchStream> batches(data::Sampler sampler) override {
    return loaded_batches(windows_, std::move(sampler),
                          [this](const PresenceExample::Batch& batch) { return loss_of(batch); });
  }
  Figures measure() override {
    const DetectorMeasure measured = measure_presence(network_, config_, choosing_);
    return {{"ap", measured.ap}, {"ap50", measured.ap50}, {"sensitivity_at_1", measured.sensitivity}};
  }

 private:
  static MarkedFilms films_of(const PresenceTraining& training,
                              const std::vector<data::AnnotatedFilm>& films) {
    return {films, training.marks, training.config.input, training.options.prepared};
  }

  StageLoss loss_of(const PresenceExample::Batch& batch) const {
    const models::PresenceOutput seen = models::forward_presence(network_, config_.input, batch.images);
    const Tensor presence = bce_loss(seen.logits, batch.presence);
    const Tensor boxes =
        sum(multiply(giou_loss(seen.boxes, batch.boxes, Reduction::none), batch.box_weights));
    return {.total = add(presence, multiply(boxes, Tensor::full({}, stage_.box_weight))),
            .parts = {static_cast<double>(presence.item<float>()), static_cast<double>(boxes.item<float>())}};
  }

  const models::PresenceConfig& config_;
  const PresenceStage& stage_;
  MarkedFilms films_;
  MarkedFilms choosing_;
  MarkWindows windows_;
  models::ResNet network_;
};

} // namespace

DetectorMeasure measure_presence(const models::ResNet& network, const models::PresenceConfig& config,
                                 const MarkedFilms& films) {
  std::vector<eval::ImageBoxes> images;
  for (std::size_t i = 0; i < films.size(); ++i) {
    eval::ImageBoxes& image = images.emplace_back();
    for (const Box& lesion : films[i].lesions) image.truth.push_back({.box = lesion, .area = lesion.area()});
    const std::vector<Mark> marks(films[i].marks.begin(), films[i].marks.end());
    for (const ConfirmedMark& mark : confirm_marks(network, config, films[i].film, marks)) {
      image.found.push_back({.box = mark.box, .score = mark.score});
    }
  }
  return detector_measure(images);
}

std::vector<StageRecord> train_presence(const PresenceTraining& training) {
  return train_task<PresenceTask>(training, {{"marks.json", data::coco_results_json(training.marks)}});
}

} // namespace mammo::train
