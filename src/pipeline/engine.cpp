#include "pipeline/engine.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/thread_share.hpp"
#include "mammo/core/threads.hpp"
#include "pipeline/workers.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace mammo::pipeline::detail {

Engine::Engine(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options)
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

StreamReport Engine::run() {
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

std::size_t Engine::slot_count() const {
  if (options_.in_flight > 0) return options_.in_flight;
  std::size_t slots = 2 * static_cast<std::size_t>(shares_.workers);
  for (const StageState& stage : stages_) slots += stage.traits.batch;
  return slots;
}

void Engine::loop() {
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

void Engine::wake_for_more() {
  if (waiting_ > 0 && (!ready_.empty() || can_pull())) changed_.notify_one();
}

void Engine::wait(Lock& lock) {
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

void Engine::pull(int worker, Lock& lock) {
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

void Engine::carry(std::size_t slot, int worker, Lock& lock) {
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

bool Engine::take_turn(StageState& stage, std::size_t slot) {
  const StreamToken& token = tokens_[slot];
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

void Engine::end_turn(StageState& stage) {
  ++stage.turn;
  stage.busy = false;
  const auto& waiting = stage.queue.entries;
  if (waiting.empty() || (options_.ordered && waiting.front().key != stage.turn)) return;
  const std::size_t slot = stage.queue.pop();
  --stage.arrivals; // it comes once more
  ready_.push_front(slot);
  if (waiting_ > 0) changed_.notify_one();
}

void Engine::gather(StageState& stage, std::size_t slot) {
  if (stage.queue.entries.empty()) {
    stage.gathering_since = Clock::now();
    if (waiting_ > 0) changed_.notify_one(); // somebody has to watch the time
  }
  ++stage.arrivals;
  stage.found += stage.queue.entries.size();
  stage.queue.push({tokens_[slot].index, slot});
}

bool Engine::is_due(const StageState& stage) const {
  if (stage.traits.batch == 0 || stage.queue.entries.empty() || (stage.traits.serial && stage.busy))
    return false;
  return stage.queue.entries.size() >= stage.traits.batch || is_cancelled_ || is_idle() ||
         Clock::now() >= stage.gathering_since + stage.traits.max_wait;
}

bool Engine::run_due_batch(int worker, Lock& lock) {
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

StreamReport run_stream(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options) {
  return Engine(work, std::move(stages), options).run();
}

} // namespace mammo::pipeline::detail
