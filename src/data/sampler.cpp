#include "mammo/data/sampler.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace mammo::data {
namespace {

// Epochs and positions share the 64 bits of a stream's number.
constexpr std::uint64_t limit = std::uint64_t{1} << 32;

// The key of the examples' streams, away from that of the shuffles.
constexpr std::uint64_t example_key = 0x6578616d706c6573;

} // namespace

Sampler::Sampler(Order order, std::size_t size, std::size_t draws, const BatchOptions& options)
    : order_(order), size_(size), draws_(draws), options_(options) {
  require<ArgumentError>(size > 0 && size < limit, "sampler over ", size, " examples, expected 1 to ",
                         limit - 1);
  require<ArgumentError>(draws > 0 && draws < limit, "sampler of ", draws, " draws, expected 1 to ",
                         limit - 1);
  require<ArgumentError>(options.batch_size > 0, "batch size 0, expected at least 1");
  require<ArgumentError>(batches_per_epoch() > 0, "no batch of ", options.batch_size, " in an epoch of ",
                         draws, " examples with drop_last");
}

Sampler Sampler::sequential(std::size_t size, const BatchOptions& options) {
  return Sampler(Order::sequential, size, size, options);
}

Sampler Sampler::shuffled(std::size_t size, const BatchOptions& options) {
  return Sampler(Order::shuffled, size, size, options);
}

Sampler Sampler::weighted(std::span<const double> weights, std::size_t draws, const BatchOptions& options) {
  Sampler sampler(Order::weighted, weights.size(), draws, options);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    require<ArgumentError>(weights[i] >= 0 && std::isfinite(weights[i]), "weight ", weights[i],
                           " of example ", i, ", expected a finite number of at least 0");
  }
  sampler.cumulative_.resize(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sampler.cumulative_.begin());
  const double total = sampler.cumulative_.back();
  require<ArgumentError>(std::isnormal(total), "sum of the weights ", total,
                         ", expected a finite number above 0");
  return sampler;
}

std::vector<std::uint32_t> Sampler::draw_epoch() const {
  std::vector<std::uint32_t> examples(draws_);
  Generator generator(options_.seed, state_.epoch);
  if (order_ == Order::weighted) {
    // An example of weight 0 adds nothing to the sum before it and so is never the first above.
    const auto last = cumulative_.end() - 1;
    for (std::uint32_t& example : examples) {
      const auto found =
          std::upper_bound(cumulative_.begin(), last, generator.uniform() * cumulative_.back());
      example = static_cast<std::uint32_t>(found - cumulative_.begin());
    }
    return examples;
  }
  std::iota(examples.begin(), examples.end(), 0u);
  if (order_ == Order::shuffled) {
    for (auto i = static_cast<std::uint32_t>(draws_); i > 1; --i) {
      std::swap(examples[i - 1], examples[generator.below(i)]);
    }
  }
  return examples;
}

std::optional<SampledBatch> Sampler::next() {
  const std::size_t left = draws_ - state_.position;
  const std::size_t count = std::min(left, options_.batch_size);
  if (count == 0 || (options_.drop_last && count < options_.batch_size)) {
    state_ = {state_.epoch + 1, 0};
    epoch_.clear();
    return std::nullopt;
  }
  if (epoch_.empty()) epoch_ = draw_epoch();
  const auto first = epoch_.begin() + static_cast<std::ptrdiff_t>(state_.position);
  SampledBatch batch{state_, {first, first + static_cast<std::ptrdiff_t>(count)}};
  state_.position += count;
  return batch;
}

void Sampler::restore(const SamplerState& state) {
  require<ArgumentError>(state.epoch < limit, "sampler at epoch ", state.epoch, ", expected less than ",
                         limit);
  require<ArgumentError>(state.position <= draws_, "sampler at example ", state.position, " of an epoch of ",
                         draws_);
  state_ = state;
  epoch_.clear();
}

std::size_t Sampler::batches_per_epoch() const {
  const std::size_t whole = draws_ / options_.batch_size;
  return options_.drop_last || draws_ % options_.batch_size == 0 ? whole : whole + 1;
}

Generator example_generator(std::uint64_t seed, const SamplerState& at) {
  return Generator(seed ^ example_key, at.epoch << 32 | at.position);
}

std::vector<double> balanced_weights(std::span<const std::int64_t> labels) {
  std::map<std::int64_t, double> counts;
  for (const std::int64_t label : labels) counts[label] += 1;
  std::vector<double> weights;
  weights.reserve(labels.size());
  for (const std::int64_t label : labels) weights.push_back(1 / counts[label]);
  return weights;
}

} // namespace mammo::data
