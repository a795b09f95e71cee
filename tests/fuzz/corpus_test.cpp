// What the fuzzers begin with and what they have found, replayed: any compiler can do that.

#include "mammo/core/file.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace mammo;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr std::uintmax_t largest_file = 4096;
// A file of 4 kB that needs more has found a fault: what remains is the program's own.
constexpr rlim_t most_memory = rlim_t{2} << 30;

// While it lives, the process may not have more memory: a greedy reader ends in std::bad_alloc.
class MemoryLimit {
 public:
  MemoryLimit() {
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit limit{std::min(most_memory, before_.rlim_max), before_.rlim_max};
    if (!sanitized) ::setrlimit(RLIMIT_AS, &limit);
  }
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  rlimit before_{};
};

void replay(std::span<const fuzz::Target> targets) {
  const MemoryLimit limit;
  for (const fuzz::Target& target : targets) {
    std::vector<std::filesystem::path> files;
    const auto folder = test::source_dir() / "tests/fuzz/corpus" / target.name;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    CAPTURE(target.name);
    CHECK_FALSE(files.empty());
    for (const auto& path : files) {
      CAPTURE(path);
      CHECK(std::filesystem::file_size(path) <= largest_file);
      const std::string text = read_text(path);
      // Its own allocation, so that the sanitizer sees a read past the end.
      const std::vector<char> bytes(text.begin(), text.end());
      CHECK_NOTHROW(target.run(std::as_bytes(std::span(bytes))));
    }
  }
}

} // namespace

TEST_CASE("the fuzzers' films are read or refused") {
  replay(fuzz::film_targets());
}

TEST_CASE("the fuzzers' tables and annotations are read or refused") {
  replay(fuzz::data_targets());
}

#if MAMMO_FUZZ_MODELS
TEST_CASE("the fuzzers' weights, networks and recipes are read or refused") {
  replay(fuzz::model_targets());
}
#endif
