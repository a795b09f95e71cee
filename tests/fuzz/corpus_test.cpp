// What the fuzzers begin with and what they have found, replayed: any compiler can do that.

#include "mammo/core/file.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <random>
#include <span>
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

std::vector<std::filesystem::path> corpus(const fuzz::Target& target) {
  std::vector<std::filesystem::path> files;
  const auto folder = test::source_dir() / "tests/fuzz/corpus" / target.name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

// With an allocation of its own, so that the sanitizer sees a read past the end.
void run(const fuzz::Target& target, const std::vector<char>& bytes) {
  CHECK_NOTHROW(target.run(std::as_bytes(std::span(bytes))));
}

std::vector<char> changed(std::vector<char> bytes, std::mt19937& random) {
  const unsigned changes = bytes.empty() ? 0 : 1 + random() % 4;
  for (unsigned i = 0; i < changes; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size());
    const auto value = static_cast<char>(random() % 256);
    switch (random() % 4) {
    case 0: bytes.insert(bytes.begin() + at, value); break;
    case 1: bytes.erase(bytes.begin() + at, bytes.begin() + at + (bytes.size() > 1 ? 1 : 0)); break;
    default: bytes[static_cast<std::size_t>(at)] = value;
    }
  }
  return bytes;
}

// The corpora, and some changes of each file: a fuzzer without its eyes.
void replay(std::span<const fuzz::Target> targets) {
  constexpr int rounds = 20;
  const MemoryLimit limit;
  std::mt19937 random(20260202);
  for (const fuzz::Target& target : targets) {
    const std::vector<std::filesystem::path> files = corpus(target);
    CAPTURE(target.name);
    CHECK_FALSE(files.empty());
    for (const auto& path : files) {
      CAPTURE(path);
      CHECK(std::filesystem::file_size(path) <= largest_file);
      const std::string text = read_text(path);
      const std::vector<char> bytes(text.begin(), text.end());
      run(target, bytes);
      for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        run(target, changed(bytes, random));
      }
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
