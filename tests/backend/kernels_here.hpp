#pragma once

#include "kernels/cpu/vector_kernels.hpp"
#include "mammo/core/isa.hpp"

#include <vector>

namespace mammo::test {

// The loops of every instruction set that this machine may run.
inline std::vector<const kernels::VectorKernels*> kernels_here() {
  std::vector<const kernels::VectorKernels*> all{&kernels::baseline_kernels};
#if defined(__x86_64__)
  if (isa() >= Isa::avx2) all.push_back(&kernels::avx2_kernels);
  if (isa() >= Isa::avx512) all.push_back(&kernels::avx512_kernels);
#endif
  return all;
}

} // namespace mammo::test
