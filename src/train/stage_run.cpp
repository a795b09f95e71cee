#include "train/stage_run.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/nn/diagnosis.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/random.hpp"
#include "train/stage_record.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mammo::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Weights of a file, put over the initial ones where they are a part.
void load_start(StageTask& task, const fs::path& path, const std::string& prefix) {
  nn::StateDict weights;
  for (auto& [name, tensor] : nn::SafeTensors(path).tensors()) weights.emplace(prefix + name, tensor);
  if (!prefix.empty()) {
    for (const auto& [name, tensor] : task.network().state_dict()) weights.try_emplace(name, tensor);
  }
  try {
    task.network().load_state_dict(task.start_weights(std::move(weights)));
  } catch (const nn::StateDictError& error) {
    throw FileError(path.string(), error.what());
  }
}

nn::Schedule schedule_of(const Stage& stage) {
  const std::int64_t falling = std::max<std::int64_t>(1, stage.steps - stage.warm_up);
  const nn::Schedule fall = nn::cosine(falling, stage.last_rate);
  return stage.warm_up > 0 ? nn::warm_up(stage.warm_up, fall) : fall;
}

data::Sampler sampler_of(const Stage& stage, std::size_t examples) {
  return data::Sampler::shuffled(examples, {.batch_size = static_cast<std::size_t>(stage.batch_size),
                                            .drop_last = true,
                                            .seed = static_cast<std::uint64_t>(stage.seed)});
}

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

} // namespace

StageRun::StageRun(const Stage& stage, bool chooses, const TrainingOptions& options, fs::path start_weights,
                   StageTask& task)
    : stage_(stage),
      chooses_(chooses),
      options_(options),
      folder_(options.output / stage.name),
      start_weights_(std::move(start_weights)),
      task_(task),
      chosen_by_(task.names().chosen_by),
      network_(task.network()),
      optimizer_(nn::Adam{.rate = stage.rate, .weight_decay = stage.weight_decay, .decoupled = true},
                 stage.groups),
      schedule_(schedule_of(stage)) {
  begin();
  average_.emplace(network_, stage_.average);
  run_.emplace(nn::TrainingRun{.module = network_, .optimizer = optimizer_, .average = &*average_});
  fs::create_directories(folder_);
  if (nn::load_latest_checkpoint(checkpoints(), *run_)) {
    place_ = {.epoch = std::stoull(run_->extra.at("epoch")),
              .position = std::stoull(run_->extra.at("position"))};
    seconds_ = std::stod(run_->extra.at("seconds"));
  }
  curves_.emplace(folder_, task_.names(), run_->step);
}

void StageRun::begin() {
  seed_training(static_cast<std::uint64_t>(stage_.seed));
  Generator generator(static_cast<std::uint64_t>(stage_.seed));
  task_.initialize(generator);
  if (!start_weights_.empty())
    load_start(task_, start_weights_, stage_.start.file.empty() ? "" : stage_.start.prefix);
  task_.begun();
  network_.set_trainable("*");
  for (const std::string& pattern : stage_.frozen) network_.set_trainable(pattern, false);
  network_.train();
}

bool StageRun::train() {
  data::Sampler sampler = sampler_of(stage_, task_.size());
  sampler.restore(place_);
  const std::unique_ptr<BatchStream> batches = task_.batches(std::move(sampler));
  Clock::time_point kept = Clock::now();
  while (run_->step < stage_.steps && !gave_up()) {
    if (options_.stop != nullptr && *options_.stop) {
      keep();
      return false;
    }
    if (!batches->next()) continue; // the next epoch
    take_step(*batches);
    place_ = batches->state();
    const bool looks = run_->step % stage_.measure_every == 0 || run_->step == stage_.steps;
    if (looks) look();
    if (looks || Clock::now() - kept >= options_.checkpoint_every) {
      keep();
      kept = Clock::now();
    }
  }
  return true;
}

StageRecord StageRun::finish() {
  const std::vector<Look> looks = curves_->looks();
  const bool chosen = chooses_ && !looks.empty();
  if (!chosen) write_average();
  StageRecord record{.stage = stage_.name,
                     .start = start_weights_,
                     .end = weights(),
                     .seed = stage_.seed,
                     .steps = run_->step,
                     .hours = seconds_ / 3600,
                     .folds = stage_.folds,
                     .choosing_folds = stage_.choosing_folds,
                     .chosen = chosen,
                     .chosen_step = chosen ? best(looks)->step : run_->step,
                     .measure = {}};
  if (!looks.empty()) record.measure = (chosen ? *best(looks) : looks.back()).measure;
  write_record(folder_, record);
  return record;
}

/// The first of the highest figure.
std::vector<StageRun::Look>::const_iterator StageRun::best(const std::vector<Look>& looks) const {
  return std::ranges::max_element(looks, {}, [&](const Look& look) { return look.measure.at(chosen_by_); });
}

bool StageRun::gave_up() const {
  if (!chooses_ || stage_.patience == 0) return false;
  const std::vector<Look> looks = curves_->looks();
  return !looks.empty() && looks.end() - best(looks) > stage_.patience;
}

void StageRun::take_step(const BatchStream& batches) {
  const Clock::time_point began = Clock::now();
  ExecutionOptions options = execution_options();
  options.precision = stage_.precision;
  const ExecutionScope scope(options);
  const nn::NameFailingLayer name_failing(network_);
  nn::clear_gradients(network_);
  StageLoss loss = batches.loss();
  backward(loss.total);
  const double norm = nn::clip_gradient_norm(network_, stage_.clip);
  const auto total = static_cast<double>(loss.total.item<float>());
  if (!std::isfinite(total) || !std::isfinite(norm)) report_non_finite(batches);
  const double factor = schedule_(run_->step);
  optimizer_.step(network_, factor);
  average_->update(network_);
  ++run_->step;
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  seconds_ += seconds;
  curves_->step(run_->step, {.parts = std::move(loss.parts),
                             .total = total,
                             .rate = stage_.rate * factor,
                             .gradient_norm = norm,
                             .seconds = seconds});
  if (options_.report) options_.report(progress());
}

void StageRun::report_non_finite(const BatchStream& batches) {
  nn::clear_gradients(network_);
  const auto found = nn::first_non_finite(network_, [&] { backward(batches.loss().total); });
  throw Error(concat("stage ", stage_.name, ", step ", run_->step + 1,
                     ": the loss or its gradient is not finite; ",
                     found ? found->message() : "not so when computed again"));
}

TrainingProgress StageRun::progress() const {
  return {.stage = stage_.name,
          .step = run_->step,
          .steps = stage_.steps,
          .loss = curves_->recent("loss"),
          .seconds_a_step = curves_->recent("seconds")};
}

void StageRun::look() {
  if (stage_.choosing_folds.empty()) return;
  Figures measured;
  {
    const nn::AveragedWeights averaged(network_, *average_);
    network_.eval();
    measured = task_.measure();
    network_.train();
  }
  curves_->measure(run_->step, measured);
  if (chooses_ && best(curves_->looks())->step == run_->step) write_average();
  if (!options_.report) return;
  TrainingProgress now = progress();
  now.measured = std::move(measured);
  options_.report(now);
}

void StageRun::keep() {
  run_->extra = {
      {"epoch", text(place_.epoch)}, {"position", text(place_.position)}, {"seconds", concat(seconds_)}};
  nn::save_checkpoint(checkpoints(), *run_);
  curves_->draw();
}

void StageRun::write_average() const {
  nn::write_safetensors(weights(), average_->state_dict(), {{"step", std::to_string(run_->step)}});
}

} // namespace mammo::train
