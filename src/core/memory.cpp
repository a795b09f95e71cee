#include "mammo/core/memory.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define MAMMO_CACHE_MEMORY 0
#else
#define MAMMO_CACHE_MEMORY 1
#endif

namespace mammo {

struct MemoryScopes {
  static void note(std::size_t in_use, const std::vector<MemoryScope*>& scopes) {
    for (MemoryScope* scope : scopes) scope->highest_ = std::max(scope->highest_, in_use);
  }
};

namespace {

void wait_a_moment() {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

// For what is held so shortly that putting a thread to sleep and waking it would take much longer: one that
// finds it taken looks again for a while first.
class PatientMutex {
 public:
  void lock() {
    constexpr int looks = 100;
    for (int i = 0; i < looks; ++i) {
      if (mutex_.try_lock()) return;
      wait_a_moment();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// One mutex guards the counts, the cached blocks and the list of scopes: an allocation is rare beside the
// work done in the block it returns.
struct Pool {
  PatientMutex mutex;
  std::size_t in_use = 0;
  std::size_t most_in_use = 0; // since the cache was last given back
  std::size_t cached = 0;
  std::size_t cache_limit = SIZE_MAX;
  std::multimap<std::size_t, void*> blocks;
  std::vector<MemoryScope*> scopes;
};

// Never destroyed: tensors of static storage duration may be freed after any static of ours.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

// Blocks come in few sizes, so that a freed one fits the next request of about its size: multiples of an
// eighth of the power of two below, or, from a megabyte on, of a 64th. A cached block is taken for up to an
// eighth less than it has.
std::size_t size_class(std::size_t bytes) {
  const std::size_t steps = bytes < (std::size_t{1} << 20) ? 8 : 64;
  std::size_t step = memory::alignment;
  while (step * 2 * steps <= bytes) step *= 2;
  return (bytes + step - 1) / step * step;
}

// Large blocks come from the system one by one, so that one given back is gone; of the C library's heap,
// holes would stay. AddressSanitizer watches the heap alone.
bool is_mapped(std::size_t size) {
  return MAMMO_CACHE_MEMORY == 1 && size >= std::size_t{1} << 20;
}

constexpr std::size_t huge_page = std::size_t{2} << 20;

// At an address where huge pages may begin: a fault for each 4 KiB costs a training step a tenth of its time.
void* map(std::size_t size) {
  const std::size_t lead = size < huge_page ? 0 : huge_page;
  void* mapped = mmap(nullptr, size + lead, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (lead == 0) return mapped;
  auto* const bytes = static_cast<std::byte*>(mapped);
  const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(mapped) % huge_page) % huge_page;
  if (before > 0) munmap(bytes, before);
  if (before < lead) munmap(bytes + before + size, lead - before);
  madvise(bytes + before, size, MADV_HUGEPAGE); // a wish: without it the pages are small
  return bytes + before;
}

void* take_from_system(std::size_t size) {
  return is_mapped(size) ? map(size) : std::aligned_alloc(memory::alignment, size);
}

void give_to_system(void* block, std::size_t size) noexcept {
  if (is_mapped(size)) {
    munmap(block, size);
  } else {
    std::free(block);
  }
}

std::size_t most_taken_for(std::size_t size) {
  return size + size / 8;
}

// A training step frees at its end what the next one takes again, and what goes to the system in between
// comes back page by page. So everything is kept that was ever needed at once; the eighth is for blocks whose
// size is not asked for again.
std::size_t most_cached(const Pool& p) {
  return std::min(p.cache_limit, p.most_in_use + p.most_in_use / 8 - p.in_use);
}

void release_blocks(Pool& p, std::size_t keep) {
  while (p.cached > keep && !p.blocks.empty()) {
    auto largest = std::prev(p.blocks.end());
    p.cached -= largest->first;
    give_to_system(largest->second, largest->first);
    p.blocks.erase(largest);
  }
}

struct Block {
  void* address = nullptr;
  std::size_t size = 0;
};

Block take(std::size_t size) {
  Pool& p = pool();
  const std::scoped_lock lock(p.mutex);
  void* block = nullptr;
  if (auto found = p.blocks.lower_bound(size);
      found != p.blocks.end() && found->first <= most_taken_for(size)) {
    size = found->first;
    block = found->second;
    p.blocks.erase(found);
    p.cached -= size;
  } else {
    block = take_from_system(size);
    if (block == nullptr) {
      release_blocks(p, 0);
      block = take_from_system(size);
    }
    require<OutOfMemory>(block != nullptr, "cannot allocate ", size, " bytes; ", p.in_use,
                         " bytes are in use");
  }
  p.in_use += size;
  p.most_in_use = std::max(p.most_in_use, p.in_use);
  MemoryScopes::note(p.in_use, p.scopes);
  release_blocks(p, most_cached(p));
  return {block, size};
}

void give_back(void* block, std::size_t size) noexcept {
  Pool& p = pool();
  const std::scoped_lock lock(p.mutex);
  p.in_use -= size;
  const std::size_t limit = most_cached(p);
  if (MAMMO_CACHE_MEMORY == 0 || size > limit) {
    give_to_system(block, size);
    return;
  }
  release_blocks(p, limit - size);
  try {
    p.blocks.emplace(size, block);
    p.cached += size;
  } catch (...) {
    give_to_system(block, size);
  }
}

} // namespace

namespace memory {

std::size_t bytes_in_use() {
  const std::scoped_lock lock(pool().mutex);
  return pool().in_use;
}

std::size_t bytes_cached() {
  const std::scoped_lock lock(pool().mutex);
  return pool().cached;
}

void release_cache() {
  const std::scoped_lock lock(pool().mutex);
  release_blocks(pool(), 0);
  pool().most_in_use = pool().in_use;
}

void set_cache_limit(std::size_t bytes) {
  const std::scoped_lock lock(pool().mutex);
  pool().cache_limit = bytes;
  release_blocks(pool(), most_cached(pool()));
}

std::shared_ptr<std::byte> allocate(std::size_t bytes) {
  require<OutOfMemory>(bytes <= std::size_t{1} << 46, "cannot allocate ", bytes, " bytes");
  const Block block = take(size_class(std::max<std::size_t>(bytes, 1)));
  return {static_cast<std::byte*>(block.address), [size = block.size](std::byte* b) { give_back(b, size); }};
}

} // namespace memory

MemoryScope::MemoryScope() {
  Pool& p = pool();
  const std::scoped_lock lock(p.mutex);
  baseline_ = highest_ = p.in_use;
  p.scopes.push_back(this);
}

MemoryScope::~MemoryScope() {
  Pool& p = pool();
  const std::scoped_lock lock(p.mutex);
  std::erase(p.scopes, this);
}

std::size_t MemoryScope::peak_bytes() const {
  const std::scoped_lock lock(pool().mutex);
  return highest_ - baseline_;
}

} // namespace mammo
