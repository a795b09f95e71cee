#include "mammo/core/error.hpp"
#include "mammo/core/thread_share.hpp"
#include "mammo/core/threads.hpp"
#include "pipeline/engine.hpp"
#include "pipeline/workers.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace mammo::pipeline::detail {
namespace {

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

} // namespace

void Engine::run_parallel(std::size_t slot, int worker) {
  const StreamToken& token = tokens_[slot];
  do run(slot, worker);
  while (token.stage < stages_.size() && !stages_[token.stage].traits.serial &&
         stages_[token.stage].traits.batch == 0);
}

void Engine::run(std::size_t slot, int worker) {
  StreamToken& token = tokens_[slot];
  const std::size_t stage = token.stage;
  const bool is_sink = stage + 1 == stages_.size();
  // What has passed all stages is delivered: its results may have been written by the last of them.
  if (!is_sink && !token.dropped && asks_to_stop()) token.dropped = true;
  if (is_sink ? !token.dropped : !token.passes_by()) call(slot, stage, is_sink, worker);
  ++token.stage;
  if (is_sink) count(token);
}

void Engine::call(std::size_t slot, std::size_t stage, bool is_sink, int worker) {
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

void Engine::run_batch(const std::vector<std::size_t>& slots, int worker) {
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
    StreamToken& token = tokens_[slots[i]];
    if (stops) token.dropped = true;
    if (errors[i]) fail(slots[i], state, errors[i]);
    ++token.stage;
  }
}

int Engine::threads_of(const StageState& stage) const {
  return stage.traits.threads > 0 ? stage.traits.threads : shares_.threads;
}

bool Engine::asks_to_stop() {
  if (is_stopped_.load(std::memory_order_relaxed)) return true;
  if (!options_.stop) return false;
  bool stops = false;
  guarded([&] { stops = options_.stop(); });
  if (stops) is_stopped_ = true;
  return is_stopped_;
}

void Engine::fail(std::size_t slot, StageState& stage, const std::exception_ptr& exception) {
  ++stage.errors;
  StreamToken& token = tokens_[slot];
  const ItemError& error = work_.fail(
      slot, {.stage = stage.traits.name, .input = {}, .reason = what_of(exception), .exception = exception});
  const std::scoped_lock lock(errors_mutex_);
  token.failed = true;
  if (errors_.size() < options_.keep_errors) errors_.push_back(error);
}

void Engine::note(StageState& stage, std::uint64_t item, int worker, Clock::time_point from,
                  Clock::time_point to) {
  stage.latency.add(to - from);
  if (trace_) guarded([&] { trace_->add(stage.traits.name, item, worker, from, to); });
}

void Engine::count(const StreamToken& token) {
  if (token.dropped) {
    ++dropped_;
  } else if (token.failed) {
    ++failed_;
  } else {
    ++delivered_;
  }
}

void Engine::give_back(std::size_t slot) {
  work_.clear(slot);
  free_.push_back(slot);
  --live_;
}

void Engine::report_progress(Lock& lock) {
  if (!options_.progress || is_reporting_ || Clock::now() < next_progress_) return;
  is_reporting_ = true;
  next_progress_ = Clock::now() + options_.progress_every;
  const StreamProgress now = progress();
  lock.unlock();
  guarded([&] { options_.progress(now); });
  lock.lock();
  is_reporting_ = false;
}

StreamProgress Engine::progress() const {
  return {.read = read_,
          .delivered = delivered_,
          .failed = failed_,
          .in_flight = live_,
          .elapsed = Clock::now() - start_};
}

StreamReport Engine::report(std::chrono::nanoseconds wall) {
  StreamReport result{.read = read_,
                      .delivered = delivered_,
                      .failed = failed_,
                      .dropped = dropped_,
                      .cancelled = is_stopped_,
                      .workers = shares_.workers,
                      .threads_per_worker = shares_.threads,
                      .wall = wall,
                      .stages = {source_.report()},
                      .errors = std::move(errors_)};
  for (const StageState& stage : stages_) result.stages.push_back(stage.report());
  return result;
}

} // namespace mammo::pipeline::detail
