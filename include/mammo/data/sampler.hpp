#pragma once

#include "mammo/core/random.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mammo::data {

/// A place in the sequence of all batches: so many examples into an epoch. Saved with the weights, it is what
/// training needs to go on with the batch that would have come next.
struct SamplerState {
  std::uint64_t epoch = 0;
  std::uint64_t position = 0; ///< examples of the epoch already used

  bool operator==(const SamplerState&) const = default;
};

struct BatchOptions {
  std::size_t batch_size = 1;
  /// Leaves out the last batch of an epoch where it would be smaller than the others.
  bool drop_last = false;
  std::uint64_t seed = 0;
};

/// The examples of one batch, and where in the sequence they stand.
struct SampledBatch {
  SamplerState at;
  std::vector<std::size_t> indices;
};

/// Decides which examples make which batch: a sequence fixed by the options, in epochs.
class Sampler {
 public:
  /// Examples 0 .. size - 1 in this order, in every epoch.
  ///
  /// All three throw ArgumentError on a batch size of 0, on no examples or 2^32 and more, and where
  /// `drop_last` leaves no batch.
  static Sampler sequential(std::size_t size, const BatchOptions& options = {});
  /// Every example once an epoch, each epoch in an order of its own (Fisher and Yates' shuffle).
  static Sampler shuffled(std::size_t size, const BatchOptions& options = {});
  /// `draws` examples an epoch, with replacement: example i with probability weights[i] / sum of the weights.
  /// Throws ArgumentError on a weight that is negative or not finite, and where all are zero.
  static Sampler weighted(std::span<const double> weights, std::size_t draws,
                          const BatchOptions& options = {});

  /// The next batch, or null at the end of an epoch; the call after that begins the next one.
  std::optional<SampledBatch> next();

  /// What the next call of next() goes on from.
  const SamplerState& state() const { return state_; }
  /// Goes to a place that state() of a sampler with these examples, options and weights gave. Throws
  /// ArgumentError on one that this sampler does not have.
  void restore(const SamplerState& state);

  /// Examples chosen from.
  std::size_t size() const { return size_; }
  std::size_t batches_per_epoch() const;
  std::uint64_t seed() const { return options_.seed; }

 private:
  enum class Order { sequential, shuffled, weighted };
  Sampler(Order order, std::size_t size, std::size_t draws, const BatchOptions& options);
  std::vector<std::uint32_t> draw_epoch() const;

  Order order_;
  std::size_t size_;
  std::size_t draws_;
  BatchOptions options_;
  std::vector<double> cumulative_;   // sums of the weights so far, where there are weights
  std::vector<std::uint32_t> epoch_; // the epoch's examples; empty until the epoch begins
  SamplerState state_;
};

/// The stream of chance that belongs to one place of the sequence: the example there is augmented alike
/// whatever made it and when, and an example drawn twice is augmented twice. Independent of the stream that
/// shuffles.
Generator example_generator(std::uint64_t seed, const SamplerState& at);

/// Weights with which every class is drawn equally often: 1 / (examples of the same label).
std::vector<double> balanced_weights(std::span<const std::int64_t> labels);

} // namespace mammo::data
