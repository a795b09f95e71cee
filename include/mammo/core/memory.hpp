#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace mammo {

/// Counted, cached memory for tensors and workspaces.
///
/// Every tensor and workspace takes its bytes here, so `bytes_in_use()` is what the framework holds and a
/// MemoryScope tells what a piece of work needed. Freed blocks are kept by size and handed out again; under
/// AddressSanitizer they go back at once, so that a use after free is seen.
namespace memory {

inline constexpr std::size_t alignment = 64;

/// Bytes of live allocations, cached blocks not counted.
std::size_t bytes_in_use();

/// Bytes kept for reuse.
std::size_t bytes_cached();

/// Gives all cached blocks back to the system, and forgets how much was once in use.
void release_cache();

/// Bytes kept for reuse at most. By default there is no such limit: what is in use and what is kept stay
/// together within an eighth over the most that was in use since release_cache().
void set_cache_limit(std::size_t bytes);

/// `bytes` of memory aligned to 64, uninitialised; released to the cache when the last owner lets go.
/// Throws OutOfMemory.
std::shared_ptr<std::byte> allocate(std::size_t bytes);

} // namespace memory

/// The high-water mark of counted memory while the scope lives, over what was in use when it began. Counts
/// all threads; scopes may nest and overlap.
class MemoryScope {
 public:
  MemoryScope();
  ~MemoryScope();
  MemoryScope(const MemoryScope&) = delete;
  MemoryScope& operator=(const MemoryScope&) = delete;

  std::size_t peak_bytes() const;

 private:
  friend struct MemoryScopes;
  std::size_t baseline_ = 0;
  std::size_t highest_ = 0;
};

} // namespace mammo
