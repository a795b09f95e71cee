#pragma once

#include "mammo/core/random.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/data/loader.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/state_dict.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mammo::train {

/// Named numbers: {"auc": 0.78}.
using Figures = std::map<std::string, double>;

/// Of one batch.
struct StageLoss {
  Tensor total;              ///< a scalar, whose gradient is followed
  std::vector<double> parts; ///< what it is made of, in the order of StageTask::Names::losses
};

/// Batches without end, one at a time.
class BatchStream {
 public:
  virtual ~BatchStream() = default;

  /// Goes to the next batch; false where an epoch ends instead.
  virtual bool next() = 0;
  /// Of the batch that next() went to. May be asked for again.
  virtual StageLoss loss() const = 0;
  /// Where a stream goes on that is to give the batches after this one.
  virtual data::SamplerState state() const = 0;
};

/// A stream from a data set, as data::Loader makes batches of it, and a function `StageLoss(const Batch&)`.
template <data::Dataset D, class Loss>
class LoadedBatches final : public BatchStream {
 public:
  LoadedBatches(D dataset, data::Sampler sampler, Loss loss)
      : loader_(std::move(dataset), std::move(sampler), {.workers = 1}), loss_(std::move(loss)) {}

  bool next() override {
    batch_ = loader_.next();
    return batch_.has_value();
  }
  StageLoss loss() const override { return loss_(*batch_); }
  data::SamplerState state() const override { return loader_.state(); }

 private:
  data::Loader<D> loader_;
  Loss loss_;
  std::optional<typename data::Loader<D>::Batch> batch_;
};

template <data::Dataset D, class Loss>
std::unique_ptr<BatchStream> loaded_batches(D dataset, data::Sampler sampler, Loss loss) {
  return std::make_unique<LoadedBatches<D, Loss>>(std::move(dataset), std::move(sampler), std::move(loss));
}

/// What run_stages (train/run_stages.hpp) needs to know of a task to train it for one stage: network, batches
/// with their loss, and what is measured on the choosing folds.
class StageTask {
 public:
  struct Names {
    std::vector<std::string> losses;  ///< parts of the loss
    std::vector<std::string> figures; ///< keys of measure(), in the order in which they are written down
    std::string chosen_by;            ///< the figure of which the highest is the best
  };

  virtual ~StageTask() = default;

  virtual Names names() const = 0;
  virtual nn::Module& network() = 0;
  /// Gives the network the weights that training from scratch begins with.
  virtual void initialize(Generator& generator) = 0;
  /// Weights of a start file, the stage's prefix put before their names, as the network takes them.
  virtual nn::StateDict start_weights(nn::StateDict weights) { return weights; }
  /// Told once the network has the weights that the stage begins with, also where a checkpoint's are next.
  virtual void begun() {}
  /// Examples trained on.
  virtual std::size_t size() const = 0;
  /// Batches of the examples that the sampler chooses.
  virtual std::unique_ptr<BatchStream> batches(data::Sampler sampler) = 0;
  /// Of the network, now in evaluation mode, on the choosing folds. Not asked where the stage has none.
  virtual Figures measure() = 0;
};

} // namespace mammo::train
