#pragma once

#include "mammo/pipeline/stream_engine.hpp"
#include "pipeline/stream_shares.hpp"
#include "pipeline/stream_stage.hpp"
#include "pipeline/trace_file.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

namespace mammo::pipeline::detail {

/// An item on its way.
struct StreamToken {
  std::uint64_t index = 0;
  std::size_t stage = 0; // the next one
  bool failed = false;
  bool dropped = false;

  bool passes_by() const { return failed || dropped; } // stages are not called any more
};

/// Carries items through stages. Each worker does, again and again, the first of these that there is to do:
/// run a batch that is due, carry on an item whose turn has come, pull an item and carry it as far as it
/// goes. An item that has to wait for a turn or a batch is left in that stage's queue, and whoever ends the
/// turn or fills the batch goes on with it. No worker waits while there is something to do.
class Engine {
 public:
  Engine(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options);
  StreamReport run();

 private:
  using Clock = TraceFile::Clock;
  using Lock = std::unique_lock<std::mutex>;

  std::size_t slot_count() const;

  // What a worker does next. The lock is held but where work is done.
  void loop();
  bool is_finished() const { return is_exhausted_ && live_ == 0; }
  bool can_pull() const { return !is_exhausted_ && !is_pulling_ && !free_.empty(); }
  void wake_for_more();
  void wait(Lock& lock);
  void pull(int worker, Lock& lock);
  /// Takes an item through its stages, as far as it gets.
  void carry(std::size_t slot, int worker, Lock& lock);

  // Turns of serial stages.
  bool take_turn(StageState& stage, std::size_t slot);
  void end_turn(StageState& stage);

  // Batches.
  void gather(StageState& stage, std::size_t slot);
  /// Nobody is on the way who could join a batch.
  bool is_idle() const { return busy_ == 0 && !is_pulling_ && ready_.empty() && !can_pull(); }
  bool is_due(const StageState& stage) const;
  bool run_due_batch(int worker, Lock& lock);

  // Calls, made without the lock.
  void run_parallel(std::size_t slot, int worker);
  /// The item's next stage.
  void run(std::size_t slot, int worker);
  void call(std::size_t slot, std::size_t stage, bool is_sink, int worker);
  void run_batch(const std::vector<std::size_t>& slots, int worker);
  int threads_of(const StageState& stage) const;
  bool asks_to_stop();
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

  // What is known at the end.
  void fail(std::size_t slot, StageState& stage, const std::exception_ptr& exception);
  void note(StageState& stage, std::uint64_t item, int worker, Clock::time_point from, Clock::time_point to);
  /// The sink is serial: one item at a time comes here.
  void count(const StreamToken& token);
  void give_back(std::size_t slot);
  void report_progress(Lock& lock);
  StreamProgress progress() const;
  StreamReport report(std::chrono::nanoseconds wall);

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
  std::vector<StreamToken> tokens_; // one a slot; its worker's alone while it is carried
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

} // namespace mammo::pipeline::detail
