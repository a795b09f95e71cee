#include "mammo/core/isa.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace mammo {
namespace {

Isa isa_of_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("f16c") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (avx2 && avx512) return Isa::avx512;
  if (avx2) return Isa::avx2;
#endif
  return Isa::baseline;
}

Isa isa_allowed() {
  const char* setting = std::getenv("MAMMO_MAX_ISA");
  const std::string cap = setting != nullptr ? setting : "";
  if (cap == "BASELINE") return Isa::baseline;
  if (cap == "AVX2") return Isa::avx2;
  if (!cap.empty() && cap != "AVX512") {
    log(LogLevel::warning, concat("MAMMO_MAX_ISA=", cap, " ignored, expected BASELINE, AVX2 or AVX512"));
  }
  return Isa::avx512;
}

} // namespace

std::string_view name(Isa isa) {
  switch (isa) {
  case Isa::baseline: return "baseline";
  case Isa::avx2: return "avx2";
  case Isa::avx512: return "avx512";
  }
  return "?";
}

Isa isa() {
  static const Isa widest = std::min(isa_of_cpu(), isa_allowed());
  return widest;
}

bool has_bf16() {
#if defined(__x86_64__)
  static const bool supported = isa() == Isa::avx512 && __builtin_cpu_supports("avx512bf16") != 0;
  return supported;
#else
  return false;
#endif
}

} // namespace mammo
