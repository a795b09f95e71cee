#include "mammo/pipeline/stream_engine.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/thread_share.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/pipeline/latency.hpp"
#include "pipeline/trace_file.hpp"
#include "pipeline/workers.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace mammo::pipeline::detail {
namespace {

using Clock = std::chrono::steady_clock;
using Lock = std::unique_lock<std::mutex>;

std::string what_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

/// Items that wait before a stage for their turn or their batch. Under the engine's lock.
struct Queue {
  struct Entry {
    std::uint64_t key = 0; ///< of the turn: the item's index, or its number among the arrivals
    std::size_t slot = 0;
    bool operator>(const Entry& other) const { return key > other.key; }
  };

  void push(Entry entry) {
    entries.push_back(entry);
    std::ranges::push_heap(entries, std::greater<>());
    most = std::max(most, entries.size());
  }
  std::size_t pop() {
    std::ranges::pop_heap(entries, std::greater<>());
    const std::size_t slot = entries.back().slot;
    entries.pop_back();
    return slot;
  }

  std::vector<Entry> entries; // a heap, the next one in front
  std::size_t most = 0;
};

struct StageState {
  explicit StageState(StageTraits t) : traits(std::move(t)) {}

  StageTraits traits;
  LatencyHistogram latency;
  std::atomic<std::uint64_t> errors = 0;

  // Under the engine's lock.
  bool busy = false;          // a serial one is at work
  std::uint64_t turn = 0;     // of an ordered serial one: the index it waits for
  std::uint64_t arrivals = 0; // items that came
  std::uint64_t found = 0;    // sum of the queue's lengths that they found
  Queue queue;
  Clock::time_point gathering_since; // of a batch: when its first item came
};

struct Token {
  std::uint64_t index = 0;
  std::size_t stage = 0; // the next one
  bool failed = false;
  bool dropped = false;

  bool passes_by() const { return failed || dropped; } // stages are not called any more
};

/// Threads of the budget as they are shared out.
struct Shares {
  int workers = 1;
  int threads = 1; // each worker's
  int leased = 1;  // together
};

Shares share_out(const std::vector<StageTraits>& stages, const StreamOptions& options) {
  require<ArgumentError>(options.workers >= 0 && options.workers <= 1024, "workers ", options.workers,
                         ", expected 0 to 1024");
  require<ArgumentError>(options.threads_per_worker >= 0, "threads_per_worker ", options.threads_per_worker,
                         ", expected 0 or more");
  const int budget = thread_count();
  int aside = 0; // beyond the one that its worker has anyway
  for (const StageTraits& stage : stages) {
    require<ArgumentError>(stage.threads >= 0 && stage.threads <= budget, "stage ", stage.name, " leases ",
                           stage.threads, " threads, expected at most ", budget);
    aside += std::max(stage.threads - 1, 0);
  }
  const int left = budget - aside;
  require<ArgumentError>(left >= 1, "stages lease ", aside,
                         " threads besides the workers', expected less than ", budget);
  Shares shares;
  shares.workers = std::min({options.workers == 0 ? left : options.workers, left, most_workers()});
  shares.threads = left / shares.workers;
  if (options.threads_per_worker > 0) shares.threads = std::min(shares.threads, options.threads_per_worker);
  shares.leased = shares.workers * shares.threads + aside;
  return shares;
}

class Engine {
 public:
  Engine(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options)
      : work_(work), options_(options), shares_(share_out(stages, options)), source_({.name = "source"}) {
    for (StageTraits& stage : stages) {
      batches_ = batches_ || stage.batch > 0;
      stages_.emplace_back(std::move(stage));
    }
    stages_.emplace_back(StageTraits{.name = "sink", .serial = true});
    if (!options.trace.empty()) trace_.emplace(options.trace);
    const std::size_t slots = slot_count();
    work_.make_slots(slots);
    tokens_.resize(slots);
    for (std::size_t slot = slots; slot > 0; --slot) free_.push_back(slot - 1);
  }

  StreamReport run() {
    const Clock::time_point start = Clock::now();
    next_progress_ = start + options_.progress_every;
    start_ = start;
    {
      const ThreadLease lease(shares_.leased);
      // While one worker waits in the source, another has to see to batches that have waited long enough.
      const int loops = shares_.workers + (batches_ && shares_.workers == 1 ? 1 : 0);
      run_workers(std::min(loops, most_workers()), [this] { loop(); });
    }
    Lock lock(mutex_);
    if (options_.progress) guarded([&] { options_.progress(progress()); });
    if (fatal_) std::rethrow_exception(fatal_);
    if (trace_) trace_->commit();
    return report(Clock::now() - start);
  }

 private:
  std::size_t slot_count() const {
    if (options_.in_flight > 0) return options_.in_flight;
    std::size_t slots = 2 * static_cast<std::size_t>(shares_.workers);
    for (const StageState& stage : stages_) slots += stage.traits.batch;
    return slots;
  }

  // ---- What a worker does next. The lock is held but where work is done.

  void loop() {
    const ThreadShare share(shares_.threads);
    Lock lock(mutex_);
    const int worker = workers_begun_++;
    while (!is_finished()) {
      if (busy_ < shares_.workers) {
        if (run_due_batch(worker, lock)) continue;
        if (!ready_.empty()) {
          const std::size_t slot = ready_.front();
          ready_.pop_front();
          carry(slot, worker, lock);
          continue;
        }
        if (can_pull()) {
          pull(worker, lock);
          continue;
        }
      }
      wait(lock);
    }
    changed_.notify_all();
  }

  bool is_finished() const { return is_exhausted_ && live_ == 0; }
  bool can_pull() const { return !is_exhausted_ && !is_pulling_ && !free_.empty(); }

  void wake_for_more() {
    if (waiting_ > 0 && (!ready_.empty() || can_pull())) changed_.notify_one();
  }

  void wait(Lock& lock) {
    std::optional<Clock::time_point> due;
    if (batches_) {
      for (const StageState& stage : stages_) {
        if (stage.traits.batch == 0 || stage.queue.entries.empty()) continue;
        const Clock::time_point then = stage.gathering_since + stage.traits.max_wait;
        due = due ? std::min(*due, then) : then;
      }
    }
    ++waiting_;
    if (due && busy_ < shares_.workers) {
      changed_.wait_until(lock, *due);
    } else {
      changed_.wait(lock);
    }
    --waiting_;
  }

  void pull(int worker, Lock& lock) {
    const std::size_t slot = free_.back();
    free_.pop_back();
    ++live_;
    is_pulling_ = true;
    const std::uint64_t index = read_;
    lock.unlock();

    bool is_item = false;
    std::exception_ptr error;
    const bool stops = asks_to_stop();
    if (!stops) {
      const Clock::time_point from = Clock::now();
      try {
        is_item = work_.pull(slot, index);
      } catch (...) {
        error = std::current_exception();
      }
      note(source_, index, worker, from, Clock::now());
    }

    lock.lock();
    is_pulling_ = false;
    if (!is_item && !error) {
      if (stops) is_cancelled_ = true;
      is_exhausted_ = true;
      give_back(slot);
      changed_.notify_all();
      return;
    }
    ++read_;
    tokens_[slot] = {.index = index};
    if (error) fail(slot, source_, error);
    if (busy_ < shares_.workers) {
      carry(slot, worker, lock);
    } else {
      ready_.push_back(slot);
    }
  }

  /// Takes an item through its stages, as far as it gets.
  void carry(std::size_t slot, int worker, Lock& lock) {
    ++busy_;
    wake_for_more();
    while (tokens_[slot].stage < stages_.size()) {
      StageState& stage = stages_[tokens_[slot].stage];
      if (stage.traits.batch > 0 && !tokens_[slot].passes_by()) {
        gather(stage, slot);
        break;
      }
      if (stage.traits.serial && stage.traits.batch == 0) {
        if (!take_turn(stage, slot)) break;
        lock.unlock();
        run(slot, worker);
        lock.lock();
        end_turn(stage);
      } else {
        lock.unlock();
        run_parallel(slot, worker);
        lock.lock();
      }
    }
    if (tokens_[slot].stage == stages_.size()) {
      give_back(slot);
      report_progress(lock);
    }
    --busy_;
  }

  // ---- Turns of serial stages.

  bool take_turn(StageState& stage, std::size_t slot) {
    const Token& token = tokens_[slot];
    const std::uint64_t key = options_.ordered ? token.index : stage.arrivals;
    ++stage.arrivals;
    stage.found += stage.queue.entries.size();
    if (!stage.busy && (!options_.ordered || stage.turn == key)) {
      stage.busy = true;
      return true;
    }
    stage.queue.push({key, slot});
    return false;
  }

  void end_turn(StageState& stage) {
    ++stage.turn;
    stage.busy = false;
    const auto& waiting = stage.queue.entries;
    if (waiting.empty() || (options_.ordered && waiting.front().key != stage.turn)) return;
    const std::size_t slot = stage.queue.pop();
    --stage.arrivals; // it comes once more
    ready_.push_front(slot);
    if (waiting_ > 0) changed_.notify_one();
  }

  // ---- Batches.

  void gather(StageState& stage, std::size_t slot) {
    if (stage.queue.entries.empty()) {
      stage.gathering_since = Clock::now();
      if (waiting_ > 0) changed_.notify_one(); // somebody has to watch the time
    }
    ++stage.arrivals;
    stage.found += stage.queue.entries.size();
    stage.queue.push({tokens_[slot].index, slot});
  }

  /// Nobody is on the way who could join a batch.
  bool is_idle() const { return busy_ == 0 && !is_pulling_ && ready_.empty() && !can_pull(); }

  bool is_due(const StageState& stage) const {
    if (stage.traits.batch == 0 || stage.queue.entries.empty() || (stage.traits.serial && stage.busy))
      return false;
    return stage.queue.entries.size() >= stage.traits.batch || is_cancelled_ || is_idle() ||
           Clock::now() >= stage.gathering_since + stage.traits.max_wait;
  }

  bool run_due_batch(int worker, Lock& lock) {
    if (!batches_) return false;
    const auto due = std::ranges::find_if(stages_, [&](const StageState& stage) { return is_due(stage); });
    if (due == stages_.end()) return false;
    std::vector<std::size_t> slots;
    while (!due->queue.entries.empty() && slots.size() < due->traits.batch) slots.push_back(due->queue.pop());
    due->gathering_since = Clock::now();
    due->busy = true;
    ++busy_;
    wake_for_more();
    lock.unlock();
    run_batch(slots, worker);
    lock.lock();
    due->busy = false;
    --busy_;
    ready_.insert(ready_.end(), slots.begin(), slots.end());
    return true;
  }

  // ---- Calls, made without the lock.

  void run_parallel(std::size_t slot, int worker) {
    const Token& token = tokens_[slot];
    do run(slot, worker);
    while (token.stage < stages_.size() && !stages_[token.stage].traits.serial &&
           stages_[token.stage].traits.batch == 0);
  }

  /// The item's next stage.
  void run(std::size_t slot, int worker) {
    Token& token = tokens_[slot];
    const std::size_t stage = token.stage;
    const bool is_sink = stage + 1 == stages_.size();
    if (!token.dropped && asks_to_stop()) token.dropped = true;
    if (is_sink ? !token.dropped : !token.passes_by()) call(slot, stage, is_sink, worker);
    ++token.stage;
    if (is_sink) count(token);
  }

  void call(std::size_t slot, std::size_t stage, bool is_sink, int worker) {
    StageState& state = stages_[stage];
    const Clock::time_point from = Clock::now();
    try {
      const ThreadShare share(threads_of(state));
      if (is_sink) {
        work_.deliver(slot);
      } else {
        work_.run(stage, slot);
      }
    } catch (...) {
      fail(slot, state, std::current_exception());
    }
    note(state, tokens_[slot].index, worker, from, Clock::now());
  }

  void run_batch(const std::vector<std::size_t>& slots, int worker) {
    StageState& state = stages_[tokens_[slots[0]].stage];
    std::vector<std::exception_ptr> errors(slots.size());
    const bool stops = asks_to_stop();
    if (!stops) {
      const Clock::time_point from = Clock::now();
      const ThreadShare share(threads_of(state));
      work_.run_batch(tokens_[slots[0]].stage, slots, errors);
      note(state, tokens_[slots[0]].index, worker, from, Clock::now());
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
      Token& token = tokens_[slots[i]];
      if (stops) token.dropped = true;
      if (errors[i]) fail(slots[i], state, errors[i]);
      ++token.stage;
    }
  }

  int threads_of(const StageState& stage) const {
    return stage.traits.threads > 0 ? stage.traits.threads : shares_.threads;
  }

  bool asks_to_stop() {
    if (is_stopped_.load(std::memory_order_relaxed)) return true;
    if (!options_.stop) return false;
    bool stops = false;
    guarded([&] { stops = options_.stop(); });
    if (stops) is_stopped_ = true;
    return is_stopped_;
  }

  /// What a caller's function throws ends the stream.
  template <class F>
  void guarded(F&& f) {
    try {
      f();
    } catch (...) {
      const std::scoped_lock lock(fatal_mutex_);
      if (!fatal_) fatal_ = std::current_exception();
      is_stopped_ = true;
    }
  }

  // ---- What is known at the end.

  void fail(std::size_t slot, StageState& stage, const std::exception_ptr& exception) {
    ++stage.errors;
    Token& token = tokens_[slot];
    const ItemError& error = work_.fail(
        slot,
        {.stage = stage.traits.name, .input = {}, .reason = what_of(exception), .exception = exception});
    const std::scoped_lock lock(errors_mutex_);
    token.failed = true;
    if (errors_.size() < options_.keep_errors) errors_.push_back(error);
  }

  void note(StageState& stage, std::uint64_t item, int worker, Clock::time_point from, Clock::time_point to) {
    stage.latency.add(to - from);
    if (trace_) guarded([&] { trace_->add(stage.traits.name, item, worker, from, to); });
  }

  /// The sink is serial: one item at a time comes here.
  void count(const Token& token) {
    if (token.dropped) {
      ++dropped_;
    } else if (token.failed) {
      ++failed_;
    } else {
      ++delivered_;
    }
  }

  void give_back(std::size_t slot) {
    work_.clear(slot);
    free_.push_back(slot);
    --live_;
  }

  void report_progress(Lock& lock) {
    if (!options_.progress || is_reporting_ || Clock::now() < next_progress_) return;
    is_reporting_ = true;
    next_progress_ = Clock::now() + options_.progress_every;
    const StreamProgress now = progress();
    lock.unlock();
    guarded([&] { options_.progress(now); });
    lock.lock();
    is_reporting_ = false;
  }

  StreamProgress progress() const {
    return {.read = read_,
            .delivered = delivered_,
            .failed = failed_,
            .in_flight = live_,
            .elapsed = Clock::now() - start_};
  }

  static StageReport report_of(const StageState& stage) {
    const LatencyHistogram& latency = stage.latency;
    return {.name = stage.traits.name,
            .calls = latency.count(),
            .errors = stage.errors,
            .busy = latency.total(),
            .p50 = latency.percentile(50),
            .p90 = latency.percentile(90),
            .p99 = latency.percentile(99),
            .longest = latency.longest(),
            .most_waiting = stage.queue.most,
            .mean_waiting = static_cast<double>(stage.found) /
                            static_cast<double>(std::max<std::uint64_t>(stage.arrivals, 1))};
  }

  StreamReport report(std::chrono::nanoseconds wall) {
    StreamReport result{.read = read_,
                        .delivered = delivered_,
                        .failed = failed_,
                        .dropped = dropped_,
                        .cancelled = is_stopped_,
                        .workers = shares_.workers,
                        .threads_per_worker = shares_.threads,
                        .wall = wall,
                        .stages = {report_of(source_)},
                        .errors = std::move(errors_)};
    for (const StageState& stage : stages_) result.stages.push_back(report_of(stage));
    return result;
  }

  StreamWork& work_;
  const StreamOptions& options_;
  Shares shares_;
  StageState source_;
  std::deque<StageState> stages_; // the sink last
  bool batches_ = false;
  std::optional<TraceFile> trace_;
  Clock::time_point start_;

  std::mutex mutex_; // of what follows
  std::condition_variable changed_;
  std::vector<Token> tokens_; // one a slot; its worker's alone while it is carried
  std::vector<std::size_t> free_;
  std::deque<std::size_t> ready_; // items that a worker may carry on
  std::size_t live_ = 0;
  int busy_ = 0;    // workers in stages
  int waiting_ = 0; // workers with nothing to do
  int workers_begun_ = 0;
  bool is_pulling_ = false;
  bool is_exhausted_ = false;
  bool is_cancelled_ = false;
  bool is_reporting_ = false;
  Clock::time_point next_progress_;
  std::uint64_t read_ = 0;

  // Changed in the sink's turn.
  std::atomic<std::uint64_t> delivered_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;

  std::atomic<bool> is_stopped_ = false;
  std::mutex errors_mutex_;
  std::vector<ItemError> errors_;
  std::mutex fatal_mutex_;
  std::exception_ptr fatal_;
};

} // namespace

StreamReport run_stream(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options) {
  return Engine(work, std::move(stages), options).run();
}

} // namespace mammo::pipeline::detail
