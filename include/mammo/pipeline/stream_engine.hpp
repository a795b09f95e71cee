#pragma once

#include "mammo/pipeline/stream_options.hpp"
#include "mammo/pipeline/stream_report.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

// The part of a stream that does not know its types: who runs what when. stream.hpp gives it the items in
// numbered slots, as many as may be in flight.

namespace mammo::pipeline::detail {

/// What the engine has to know of a stage.
struct StageTraits {
  std::string name;
  bool serial = false;
  int threads = 0;       ///< set aside for it; 0: as many as a worker has
  std::size_t batch = 0; ///< items taken together; 0: one by one
  std::chrono::nanoseconds max_wait{0};
};

/// The items and what is done with them. Calls for different slots come from several threads at once, those
/// for one slot one after the other.
class StreamWork {
 public:
  virtual ~StreamWork() = default;
  StreamWork() = default;
  StreamWork(const StreamWork&) = delete;
  StreamWork& operator=(const StreamWork&) = delete;

  virtual void make_slots(std::size_t count) = 0;
  /// Puts the next item into a slot; false at the source's end. Throws what the source throws.
  virtual bool pull(std::size_t slot, std::uint64_t index) = 0;
  virtual void run(std::size_t stage, std::size_t slot) = 0;
  /// The slots' items together; what kept one of them from becoming a value is left in its place of `errors`.
  virtual void run_batch(std::size_t stage, std::span<const std::size_t> slots,
                         std::span<std::exception_ptr> errors) = 0;
  /// The item has failed: what came from the source is added to the error, which is kept until it is
  /// delivered, and returned.
  virtual const ItemError& fail(std::size_t slot, ItemError error) = 0;
  /// Hands value or error to the sink.
  virtual void deliver(std::size_t slot) = 0;
  /// Empties the slot.
  virtual void clear(std::size_t slot) noexcept = 0;
};

/// Runs the work to its end. `stages` without source and sink. Throws ArgumentError on options out of range
/// and what `stop` and `progress` throw; FileError where no trace can be written.
StreamReport run_stream(StreamWork& work, std::vector<StageTraits> stages, const StreamOptions& options);

} // namespace mammo::pipeline::detail
