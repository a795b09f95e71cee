#pragma once

#include "mammo/core/device.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mammo {

/// Names the contents of a storage at one moment: which storage, and how often it had been changed.
struct StorageStamp {
  std::uint64_t id = 0;
  std::uint64_t version = 0;

  bool operator==(const StorageStamp&) const = default;
};

/// The memory behind one or more tensors. Tensors that are views of each other share it, and with it one
/// version count, so a change through any of them is seen by all.
///
/// Things computed from the contents (packed weights, weights with a norm folded in, a row-major twin) hang
/// in `derived`, each keyed by a name and by the stamps of everything it was made from, and are made anew
/// when one of those has changed.
class Storage {
 public:
  /// Counted memory, uninitialised. Throws OutOfMemory, and TypeError on a device other than the cpu.
  explicit Storage(std::size_t bytes, Device device = {});
  /// Memory owned by something else, such as a mapped file; `owner` keeps it alive. It must not be written
  /// unless `writable`.
  Storage(std::shared_ptr<const std::byte> owner, std::size_t bytes, bool writable);

  const std::byte* data() const { return data_.get(); }
  /// Marks the contents as changed. Throws TypeError on read-only memory.
  std::byte* mutable_data();
  std::size_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  bool writable() const { return writable_; }
  StorageStamp stamp() const { return {id_, version_.load(std::memory_order_relaxed)}; }

  /// The value that `make` returned for this key and these stamps, made at the first call and again when a
  /// stamp has changed. At most a handful of keys are kept; one `make` runs at a time for a storage, and may
  /// itself ask this storage for something derived.
  template <class T, class Make>
  std::shared_ptr<const T> derived(const std::string& key, std::span<const StorageStamp> made_from,
                                   Make make) {
    return std::static_pointer_cast<const T>(
        derived_value(key, made_from, [&]() -> std::shared_ptr<const void> { return make(); }));
  }

 private:
  struct Derived {
    std::string key;
    std::vector<StorageStamp> made_from;
    std::shared_ptr<const void> value;
  };

  std::shared_ptr<const void> derived_value(const std::string& key, std::span<const StorageStamp> made_from,
                                            const std::function<std::shared_ptr<const void>()>& make);

  std::shared_ptr<std::byte> data_;
  std::size_t bytes_ = 0;
  Device device_;
  bool writable_ = true;
  std::uint64_t id_ = 0;
  std::atomic<std::uint64_t> version_ = 0;
  std::recursive_mutex derived_mutex_;
  std::vector<Derived> derived_;
};

} // namespace mammo
