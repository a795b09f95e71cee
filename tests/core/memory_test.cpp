#include "mammo/core/error.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool caches = false;
#else
constexpr bool caches = true;
#endif

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Leaves the cache as it was found.
struct CacheLimit {
  explicit CacheLimit(std::size_t bytes) {
    memory::release_cache();
    memory::set_cache_limit(bytes);
  }
  ~CacheLimit() { memory::set_cache_limit(SIZE_MAX); }
};

} // namespace

TEST_CASE("memory in use is counted and aligned") {
  const std::size_t before = memory::bytes_in_use();
  {
    const auto block = memory::allocate(3 * mebibyte);
    CHECK(reinterpret_cast<std::uintptr_t>(block.get()) % memory::alignment == 0);
    const std::size_t taken = memory::bytes_in_use() - before;
    CHECK(taken >= 3 * mebibyte);
    CHECK(taken <= 3 * mebibyte + 3 * mebibyte / 8);
    std::memset(block.get(), 0xff, 3 * mebibyte);
  }
  CHECK(memory::bytes_in_use() == before);
}

TEST_CASE("no size wastes more than an eighth beyond the alignment") {
  const std::size_t before = memory::bytes_in_use();
  for (std::size_t bytes = 1; bytes < 40 * mebibyte; bytes += bytes / 7 + 1) {
    const auto block = memory::allocate(bytes);
    const std::size_t taken = memory::bytes_in_use() - before;
    if (taken < bytes || taken > bytes + bytes / 8 + memory::alignment)
      FAIL_CHECK(bytes << " takes " << taken);
  }
  CHECK(memory::bytes_in_use() == before);
}

TEST_CASE("zero bytes may be asked for") {
  CHECK(memory::allocate(0) != nullptr);
  CHECK(Tensor::empty({0}).numel() == 0);
}

TEST_CASE("freed blocks are kept up to the limit and handed out again") {
  const CacheLimit limit(10 * mebibyte);
  const std::byte* address = memory::allocate(4 * mebibyte).get();
  CHECK(memory::bytes_cached() == (caches ? 4 * mebibyte : 0));
  if (caches) CHECK(memory::allocate(4 * mebibyte).get() == address);
  { // Three of them are more than the limit holds.
    const auto a = memory::allocate(4 * mebibyte);
    const auto b = memory::allocate(4 * mebibyte);
    const auto c = memory::allocate(4 * mebibyte);
  }
  CHECK(memory::bytes_cached() <= 10 * mebibyte);
  {
    const auto larger_than_the_cache = memory::allocate(12 * mebibyte);
  }
  CHECK(memory::bytes_cached() <= 10 * mebibyte);
  memory::release_cache();
  CHECK(memory::bytes_cached() == 0);
}

TEST_CASE("no more is kept than was in use at once") {
  memory::release_cache();
  const std::size_t before = memory::bytes_in_use();
  {
    const auto a = memory::allocate(16 * mebibyte);
    const auto b = memory::allocate(16 * mebibyte);
  }
  const std::size_t most = before + 32 * mebibyte;
  if (caches) CHECK(memory::bytes_cached() == 32 * mebibyte);
  // None of these fits a block that is kept.
  for (std::size_t size = 17; size < 32; ++size) {
    const auto block = memory::allocate(size * mebibyte);
    CHECK(memory::bytes_in_use() + memory::bytes_cached() <= most + most / 8);
  }
  memory::release_cache();
  {
    const auto block = memory::allocate(mebibyte);
  }
  CHECK(memory::bytes_cached() <= mebibyte + (before + mebibyte) / 8);
}

TEST_CASE("a scope tells the high-water mark over what was in use before") {
  const auto held = memory::allocate(2 * mebibyte);
  const MemoryScope outer;
  {
    const MemoryScope inner;
    {
      const auto block = memory::allocate(8 * mebibyte);
    }
    {
      const auto block = memory::allocate(4 * mebibyte);
    }
    CHECK(inner.peak_bytes() == 8 * mebibyte);
    const MemoryScope later;
    CHECK(later.peak_bytes() == 0);
  }
  const auto more = memory::allocate(mebibyte);
  CHECK(outer.peak_bytes() == 8 * mebibyte);
}

TEST_CASE("tensors are counted and freed with their last handle") {
  const std::size_t before = memory::bytes_in_use();
  Tensor t = Tensor::zeros({mebibyte});
  Tensor view = t.slice(0, 0, 1);
  t = Tensor();
  CHECK(memory::bytes_in_use() == before + 4 * mebibyte);
  view = Tensor();
  CHECK(memory::bytes_in_use() == before);
}

TEST_CASE("memory that cannot be had is an error that names the bytes") {
  CHECK_THROWS_AS(memory::allocate(std::size_t{1} << 60), OutOfMemory);
  CHECK_THROWS_WITH(memory::allocate(SIZE_MAX), Catch::Contains("18446744073709551615 bytes"));
}

TEST_CASE("threads may allocate and free at once", "[threads]") {
  const std::size_t before = memory::bytes_in_use();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        const MemoryScope scope;
        for (std::size_t k = 1; k < 300; ++k) {
          const auto block = memory::allocate((k * 37 + i * 1001) % 5000 + 1);
          block.get()[0] = std::byte{1};
        }
      });
    }
  }
  CHECK(memory::bytes_in_use() == before);
}
