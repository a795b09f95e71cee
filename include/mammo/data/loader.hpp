#pragma once

#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/data/dataset.hpp"
#include "mammo/data/load_error.hpp"
#include "mammo/data/sampler.hpp"
#include "mammo/data/workers.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::data {

struct LoaderOptions {
  /// Threads that make examples ahead of their use; 0: next() makes them when they are asked for.
  int workers = 1;
  /// Batches at most that are in the making or ready, besides the one that was handed out last.
  int prefetch = 2;
};

/// Makes batches ahead of their use: `workers` threads get the examples, the last one of a batch collates it.
/// The batches come in the sampler's order and hold the same bits whatever the number of workers: an
/// example's chance belongs to its place (example_generator), and each example is made by one thread alone,
/// within which parallel_for runs in place.
///
/// Memory: examples are made for at most `prefetch` batches at a time; nothing is made before the first
/// next() and nothing of the next epoch before it is asked for.
///
/// Threads: workers come on top of the thread budget. They lease nothing, since a worker that waited for a
/// lease while training held all of it would never feed that training. Where the sum must be kept, training
/// leases `thread_budget() - workers`.
///
///     data::Loader loader(films, data::Sampler::shuffled(films.size(), {.batch_size = 8}), {.workers = 2});
///     for (auto& batch : loader) step(batch); // one epoch
///
/// One thread uses a loader at a time. `collate` is called with a std::span<const Example>, by several
/// threads at once.
template <Dataset D, class C = Collate>
  requires std::invocable<const C&, std::span<const ExampleOf<D>>>
class Loader {
 public:
  using Example = ExampleOf<D>;
  using Batch = std::decay_t<std::invoke_result_t<const C&, std::span<const Example>>>;

  /// Goes on from the sampler's state. Throws ArgumentError unless the sampler chooses from as many examples
  /// as the data set has, 0 <= workers <= 1024 and 1 <= prefetch.
  Loader(D dataset, Sampler sampler, const LoaderOptions& options = {}, C collate = {})
      : dataset_(std::move(dataset)),
        collate_(std::move(collate)),
        sampler_(std::move(sampler)),
        options_(checked(options)),
        state_(sampler_.state()),
        workers_(options.workers) {
    const std::size_t size = dataset_.size();
    require<ArgumentError>(sampler_.size() == size, "loader: sampler over ", sampler_.size(),
                           " examples, expected the data set's ", size);
  }
  /// Stops the workers: waits only for the examples that are being made at that moment.
  ~Loader() = default;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next batch, or null at the end of an epoch; the call after that begins the next epoch. Throws
  /// LoadError in the place of a batch that could not be made: of the examples that failed, for the first.
  /// The call after that goes on with the next batch.
  std::optional<Batch> next() {
    schedule();
    if (scheduled_.empty()) {
      epoch_ended_ = false;
      state_ = sampler_.state();
      return std::nullopt;
    }
    const auto began = std::chrono::steady_clock::now();
    workers_.wait(*scheduled_.front());
    waited_ += std::chrono::steady_clock::now() - began;

    const std::unique_ptr<Assembly> assembly = std::move(scheduled_.front());
    scheduled_.pop_front();
    state_ = assembly->after();
    schedule();
    return assembly->take();
  }

  /// The place after the batch that next() returned last, whatever was made ahead: a sampler restored to it
  /// gives a loader that goes on from there.
  const SamplerState& state() const { return state_; }

  /// Time that next() has waited for batches so far; without workers, the time it took to make them.
  std::chrono::nanoseconds waited() const { return waited_; }

  /// The rest of the epoch, each batch let go before the next one is asked for.
  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Loader& loader) : loader_(&loader), batch_(loader.next()) {}
    Batch& operator*() { return *batch_; }
    Batch* operator->() { return &*batch_; }
    Iterator& operator++() {
      batch_.reset();
      batch_ = loader_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !batch_; }

   private:
    Loader* loader_;
    std::optional<Batch> batch_;
  };

  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  /// A batch on its way.
  class Assembly final : public detail::Job {
   public:
    Assembly(const Loader& loader, SampledBatch sampled)
        : Job(sampled.indices.size()),
          loader_(loader),
          sampled_(std::move(sampled)),
          examples_(sampled_.indices.size()) {}

    SamplerState after() const { return place(sampled_.indices.size()); }
    Batch take() {
      if (error()) detail::throw_load_error(error(), sampled_, failed_part());
      return std::move(*batch_);
    }

   private:
    SamplerState place(std::size_t part) const { return {sampled_.at.epoch, sampled_.at.position + part}; }

    void make(std::size_t part) override {
      Generator generator = example_generator(loader_.sampler_.seed(), place(part));
      examples_[part].emplace(get_example(loader_.dataset_, sampled_.indices[part], generator));
    }

    void finish() override {
      std::vector<Example> whole;
      whole.reserve(examples_.size());
      for (auto& example : examples_) whole.push_back(std::move(*example));
      examples_.clear();
      batch_.emplace(loader_.collate_(std::span<const Example>(whole)));
    }

    const Loader& loader_;
    SampledBatch sampled_;
    std::vector<std::optional<Example>> examples_;
    std::optional<Batch> batch_;
  };

  static const LoaderOptions& checked(const LoaderOptions& options) {
    require<ArgumentError>(options.workers >= 0 && options.workers <= 1024, "loader with ", options.workers,
                           " workers, expected 0 to 1024");
    require<ArgumentError>(options.prefetch >= 1, "loader with a prefetch of ", options.prefetch,
                           ", expected at least 1");
    return options;
  }

  void schedule() {
    while (!epoch_ended_ && scheduled_.size() < static_cast<std::size_t>(options_.prefetch)) {
      std::optional<SampledBatch> sampled = sampler_.next();
      if (!sampled) {
        epoch_ended_ = true;
        return;
      }
      scheduled_.push_back(std::make_unique<Assembly>(*this, std::move(*sampled)));
      workers_.submit(*scheduled_.back());
    }
  }

  D dataset_;
  C collate_;
  Sampler sampler_;
  LoaderOptions options_;
  SamplerState state_;
  bool epoch_ended_ = false; // the sampler has said so; next() has not yet
  std::chrono::nanoseconds waited_{0};
  std::deque<std::unique_ptr<Assembly>> scheduled_; // in order, as many as prefetch
  detail::Workers workers_;                         // last, to be gone first: they work on all of the above
};

} // namespace mammo::data
