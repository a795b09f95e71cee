#include "mammo/core/storage.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/memory.hpp"

#include <algorithm>

namespace mammo {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

// Enough for a weight's folded and packed forms at a few input sizes; the oldest goes first.
constexpr std::size_t max_derived = 8;

} // namespace

Storage::Storage(std::size_t bytes, Device device) : bytes_(bytes), device_(device), id_(next_id()) {
  require<TypeError>(device.type == DeviceType::cpu, "memory on ", device, ", expected cpu");
  data_ = memory::allocate(bytes);
}

Storage::Storage(std::shared_ptr<const std::byte> owner, std::size_t bytes, bool writable)
    : data_(std::const_pointer_cast<std::byte>(std::move(owner))),
      bytes_(bytes),
      writable_(writable),
      id_(next_id()) {}

std::byte* Storage::mutable_data() {
  require<TypeError>(writable_, "writing to a tensor of read-only memory; clone() it first");
  version_.fetch_add(1, std::memory_order_relaxed);
  return data_.get();
}

std::shared_ptr<const void> Storage::derived_value(const std::string& key,
                                                   std::span<const StorageStamp> made_from,
                                                   const std::function<std::shared_ptr<const void>()>& make) {
  const std::scoped_lock lock(derived_mutex_);
  const auto found = std::ranges::find(derived_, key, &Derived::key);
  if (found != derived_.end()) {
    if (std::ranges::equal(found->made_from, made_from)) return found->value;
    derived_.erase(found);
  }
  std::shared_ptr<const void> value = make();
  if (derived_.size() == max_derived) derived_.erase(derived_.begin());
  derived_.push_back({key, {made_from.begin(), made_from.end()}, value});
  return value;
}

} // namespace mammo
