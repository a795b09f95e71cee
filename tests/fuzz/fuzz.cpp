// libFuzzer's program for all targets (docs/fuzzing.md):
//
//     build-fuzz/fuzz film_png FOLDER... [libFuzzer's options]

#include "mammo/core/log.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using mammo::fuzz::Target;

Target target;

std::vector<Target> all_targets() {
  std::vector<Target> all;
  for (const auto targets : {
           mammo::fuzz::film_targets(),
           mammo::fuzz::data_targets(),
#if MAMMO_FUZZ_MODELS
           mammo::fuzz::model_targets(),
#endif
       })
    all.insert(all.end(), targets.begin(), targets.end());
  return all;
}

} // namespace

// The first argument names the target; the others are libFuzzer's.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::vector<Target> all = all_targets();
  const std::string_view name = *argc > 1 ? (*argv)[1] : "";
  const auto found = std::ranges::find(all, name, &Target::name);
  if (found == all.end()) {
    std::fprintf(stderr, "usage: fuzz TARGET [libFuzzer's arguments]; targets:");
    for (const Target& each : all) std::fprintf(stderr, " %s", std::string(each.name).c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  target = *found;
  (*argv)[1] = (*argv)[0];
  ++*argv;
  --*argc;
  mammo::set_log_sink([](mammo::LogLevel, const std::string&) {});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target.run(std::as_bytes(std::span(data, size)));
  return 0;
}
