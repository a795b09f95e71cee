#pragma once

#include <cstdint>
#include <string_view>

namespace mammo {

/// Instruction sets that our kernels are built for, narrowest first.
enum class Isa : std::uint8_t { baseline, avx2, avx512 };

std::string_view name(Isa isa);

/// The widest set that this CPU, its operating system and `MAMMO_MAX_ISA` allow. The environment variable
/// takes BASELINE, AVX2 or AVX512; another value is ignored with a warning. Read once.
/// avx2 means AVX2 with FMA and F16C; avx512 means AVX-512 F, CD, BW, DQ and VL on top of it.
Isa isa();

/// Whether the CPU has instructions that multiply bf16 (AVX512_BF16), and isa() lets them be used.
bool has_bf16();

} // namespace mammo
